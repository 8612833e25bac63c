package dev.unmask.cli.bench;

import java.util.Collection;

/// Numbers about numbers.
final class Statistics {

    private Statistics() {}

    /// The middle one, or the mean of the two in the middle.
    static double median(Collection<Double> values) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
