package dev.unmask;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A refusal with its category. The message is for the user: it names the value and the limit, starts lower-case and
/// ends without a stop.
public final class UnmaskException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Fault fault;
    private final @Nullable Duration retryAfter;

    public UnmaskException(Fault fault, String message) {
        this(fault, message, (Throwable) null);
    }

    public UnmaskException(Fault fault, String message, @Nullable Throwable cause) {
        super(message, cause, true, tellsWhere(fault));
        this.fault = fault;
        this.retryAfter = null;
    }

    /// A refusal that ends by itself after a while.
    public UnmaskException(Fault fault, String message, Duration retryAfter) {
        super(message, null, true, tellsWhere(fault));
        this.fault = fault;
        this.retryAfter = retryAfter;
    }

    /// Of refusals by the thousand, only what is ours to mend says where it came from.
    private static boolean tellsWhere(Fault fault) {
        return fault == Fault.INTERNAL;
    }

    public static UnmaskException invalid(String message) {
        return new UnmaskException(Fault.INVALID, message);
    }

    public Fault fault() {
        return fault;
    }

    /// When to try again, where that is known.
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    /// The message; never null, as every constructor asks for one.
    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
