package dev.unmask;

import org.jspecify.annotations.Nullable;

/// A refusal with its category. The message is for the user: it names the value and the limit, starts lower-case and
/// ends without a stop.
public final class UnmaskException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Fault fault;

    public UnmaskException(Fault fault, String message) {
        this(fault, message, null);
    }

    public UnmaskException(Fault fault, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.fault = fault;
    }

    public static UnmaskException invalid(String message) {
        return new UnmaskException(Fault.INVALID, message);
    }

    public Fault fault() {
        return fault;
    }

    /// The message; never null, as every constructor asks for one.
    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
