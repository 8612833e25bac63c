package dev.unmask;

import org.jspecify.annotations.Nullable;

/// A device that answers no more, for the rest of this process. The message is for the user, as that of an
/// [UnmaskException]; an error, as no lane over that device will ever run again.
public final class DeviceLost extends Error {

    private static final long serialVersionUID = 1L;

    public DeviceLost(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /// The message; never null, as every constructor asks for one.
    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
