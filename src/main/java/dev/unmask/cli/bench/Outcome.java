package dev.unmask.cli.bench;

import java.util.Locale;

/// How a request ended.
enum Outcome {
    /// With what was asked for.
    ANSWERED,
    /// The server has no room: 429 or 503.
    REFUSED,
    /// The server gave up when its deadline had passed: 504.
    EXPIRED,
    /// With any other status.
    ERROR,
    /// No whole answer within the time the caller gives it.
    TIMEOUT,
    /// The connection failed or ended before the answer did.
    LOST;

    static Outcome of(int status) {
        return switch (status) {
            case 429, 503 -> REFUSED;
            case 504 -> EXPIRED;
            default -> status < 300 ? ANSWERED : ERROR;
        };
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// Whether the server did what it should under any load.
    boolean orderly() {
        return this == ANSWERED || this == REFUSED || this == EXPIRED;
    }
}
