package dev.unmask.ort;

import dev.unmask.Tensor;
import java.nio.ByteBuffer;

/// One golden tensor beside what this build gives for it.
///
/// @param name `case.tensor`, with the input type where it matters
/// @param max the largest difference, relative to the tensor's largest value where that is above 1; for bytes, in
/// levels
/// @param mean the mean difference, likewise
/// @param tolerance the largest difference that passes
/// @param compared false for a stage inside a graph, which only PyTorch can show
public record Check(String name, double max, double mean, double tolerance, boolean compared) {

    static Check inside(String name) {
        return new Check(name, 0, 0, 0, false);
    }

    /// Compares numbers, relative to the largest expected one where that is above 1; NaN equals NaN only.
    static Check compare(String name, double[] actual, double[] expected, double tolerance) {
        double scale = 1;
        for (double value : expected) {
            scale = Double.isNaN(value) ? scale : Math.max(scale, Math.abs(value));
        }
        return compare(name, actual, expected, scale, tolerance);
    }

    /// Compares pictures: at most one level of 0 to 255, where rounding may fall either way.
    static Check compareLevels(String name, double[] actual, double[] expected) {
        return compare(name, actual, expected, 1, 1);
    }

    private static Check compare(String name, double[] actual, double[] expected, double scale, double tolerance) {
        if (actual.length != expected.length) {
            throw new IllegalStateException(name + " has " + actual.length + " values, golden " + expected.length);
        }
        double max = 0;
        double sum = 0;
        for (int i = 0; i < expected.length; i++) {
            double difference = difference(actual[i], expected[i]);
            max = Math.max(max, difference);
            sum += difference;
        }
        return new Check(name, max / scale, sum / expected.length / scale, tolerance, true);
    }

    public boolean passed() {
        return max <= tolerance;
    }

    static double[] doubles(Tensor tensor) {
        double[] values = new double[tensor.size()];
        ByteBuffer bytes = tensor.bytes();
        for (int i = 0; i < values.length; i++) {
            values[i] = switch (tensor.type()) {
                case FLOAT32 -> bytes.getFloat(i * Float.BYTES);
                case INT64 -> bytes.getLong(i * Long.BYTES);
                case UINT8 -> bytes.get(i) & 0xFF;
            };
        }
        return values;
    }

    private static double difference(double actual, double expected) {
        if (Double.isNaN(actual) && Double.isNaN(expected)) {
            return 0;
        }
        double difference = Math.abs(actual - expected);
        return Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference;
    }
}
