package dev.unmask;

/// Why something was refused: the categories that callers and dashboards act on. Each door maps them once.
public enum Fault {
    /// The request can never succeed as sent.
    INVALID,
    /// A picture or a request is larger than the limit.
    TOO_LARGE,
    /// The bytes are no picture of a format that is read.
    NOT_A_PICTURE,
    /// A key is missing or unknown.
    UNAUTHENTICATED,
    /// The key does not open this model.
    FORBIDDEN,
    /// No such model, version, route or file.
    NOT_FOUND,
    /// The model cannot do this; another checkpoint could.
    UNSUPPORTED,
    /// The queue is full.
    OVERLOADED,
    /// The caller's deadline passed before the work began.
    TIMEOUT,
    /// Not ready: loading, draining, or the model or device is not usable here.
    UNAVAILABLE,
    /// Ours.
    INTERNAL;

    /// Whether it names one picture, so that others may well be answered.
    public boolean isOfOnePicture() {
        return switch (this) {
            case INVALID, TOO_LARGE, NOT_A_PICTURE, NOT_FOUND -> true;
            case UNAUTHENTICATED, FORBIDDEN, UNSUPPORTED, OVERLOADED, TIMEOUT, UNAVAILABLE, INTERNAL -> false;
        };
    }
}
