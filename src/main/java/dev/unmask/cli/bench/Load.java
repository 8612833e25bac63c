package dev.unmask.cli.bench;

import java.util.Random;
import java.util.function.LongSupplier;

/// When requests are sent.
sealed interface Load {

    /// At a rate, whatever becomes of the requests before: as many callers who know nothing of each other.
    ///
    /// @param rate requests per second
    /// @param uniform at equal distances; else at random, as a Poisson process, from the seed
    record Open(double rate, boolean uniform, long seed) implements Load {

        private static final double NANOS = 1e9;

        /// Nanoseconds from the start to the intended time of each next request.
        LongSupplier arrivals() {
            var random = new Random(seed);
            double[] seconds = {0};
            return () -> {
                seconds[0] += (uniform ? 1 : -Math.log(1 - random.nextDouble())) / rate;
                return (long) (seconds[0] * NANOS);
            };
        }
    }

    /// By so many callers, each of whom waits for an answer before asking again.
    record Closed(int callers) implements Load {}
}
