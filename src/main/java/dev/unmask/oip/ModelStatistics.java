package dev.unmask.oip;

import java.util.List;
import java.util.Map;

/// The statistics extension's account of one model since the service started.
///
/// @param lastInference when, in milliseconds since 1970; 0: never
/// @param inferenceCount rows that were run
/// @param executionCount batches that were run, as far as they were this model's
/// @param responseStats of models that answer more than once; there are none
/// @param memoryUsage of models that tell; `/metrics` does
record ModelStatistics(
        String name,
        String version,
        long lastInference,
        long inferenceCount,
        long executionCount,
        Inferences inferenceStats,
        List<Batch> batchStats,
        Map<String, String> responseStats,
        List<String> memoryUsage) {

    /// How often, and how many nanoseconds in all.
    record Duration(long count, long ns) {
        static final Duration NONE = new Duration(0, 0);
    }

    /// Of requests: those that were answered and those that were not; and the phases of the former. Input is decoding
    /// and preprocessing, output what is worked out from the tensors. There is no cache.
    record Inferences(
            Duration success,
            Duration fail,
            Duration queue,
            Duration computeInput,
            Duration computeInfer,
            Duration computeOutput,
            Duration cacheHit,
            Duration cacheMiss) {}

    /// Of batches of one size.
    record Batch(int batchSize, Duration computeInput, Duration computeInfer, Duration computeOutput) {}

    ModelStatistics(
            String name,
            String version,
            long lastInference,
            long inferenceCount,
            long executionCount,
            Inferences inferenceStats,
            List<Batch> batchStats) {
        this(
                name,
                version,
                lastInference,
                inferenceCount,
                executionCount,
                inferenceStats,
                batchStats,
                Map.of(),
                List.of());
    }

    ModelStatistics {
        batchStats = List.copyOf(batchStats);
        responseStats = Map.copyOf(responseStats);
        memoryUsage = List.copyOf(memoryUsage);
    }
}
