package dev.unmask.batch;

import java.time.Duration;

/// How rows become batches.
///
/// @param maxRows in one batch
/// @param maxTokens in one batch, counted as rows x (1 + kept); a single row always goes
/// @param maxDelay that the oldest row waits for company while a lane is idle; with 0 only what is queued joins
/// @param queueRows that may wait; more are refused at once
public record Policy(int maxRows, int maxTokens, Duration maxDelay, int queueRows) {

    private static final Duration LONGEST_DELAY = Duration.ofMinutes(1);

    /// Small batches, and half a millisecond for company: what a service on a few cores wants.
    public static final Policy DEFAULT = new Policy(8, 8192, Duration.ofNanos(500_000), 512);

    public Policy {
        atLeastOne("max rows", maxRows);
        atLeastOne("max tokens", maxTokens);
        atLeastOne("queue rows", queueRows);
        if (maxDelay.isNegative() || maxDelay.compareTo(LONGEST_DELAY) > 0) {
            throw new IllegalArgumentException("max delay " + maxDelay + " is not in 0 to " + LONGEST_DELAY);
        }
        if (queueRows < maxRows) {
            throw new IllegalArgumentException(
                    "queue rows " + queueRows + " are fewer than the " + maxRows + " rows of a batch");
        }
    }

    /// Rows of `tokens` tokens each that one batch takes.
    int rowsOf(int tokens) {
        return Math.clamp(maxTokens / tokens, 1, maxRows);
    }

    private static void atLeastOne(String what, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(what + " " + value + " is less than 1");
        }
    }
}
