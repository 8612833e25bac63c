package dev.unmask.batch;

import java.time.Duration;

/// How long a row takes on a lane: a moving average over runs. Guarded by the batcher's lock.
final class Pace {

    private static final double WEIGHT = 1 / 8.0;
    private static final Duration UNKNOWN = Duration.ofSeconds(1);

    private double nanosPerRow;

    void measure(int rows, long nanos) {
        double measured = (double) nanos / rows;
        nanosPerRow += (nanosPerRow == 0 ? 1 : WEIGHT) * (measured - nanosPerRow);
    }

    /// How long so many rows will take; a second as long as nothing was measured.
    Duration of(int rows, int lanes) {
        return nanosPerRow == 0 ? UNKNOWN : Duration.ofNanos((long) (rows * nanosPerRow / Math.max(1, lanes)));
    }
}
