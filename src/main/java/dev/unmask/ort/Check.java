package dev.unmask.ort;

import dev.unmask.Tensor;
import java.nio.ByteBuffer;

/// One golden tensor beside what this build gives for it.
///
/// @param name `case.tensor`, with the input type where it matters
/// @param max the largest difference, relative to the tensor's largest value where that is above 1; for bytes, in
/// levels
/// @param mean the mean difference, likewise
/// @param cosine of the angle between the two, each taken as one long vector
/// @param tolerance the largest difference that passes
/// @param leastCosine that passes
/// @param compared false for a stage inside a graph, which only PyTorch can show
public record Check(
        String name, double max, double mean, double cosine, double tolerance, double leastCosine, boolean compared) {

    static Check inside(String name) {
        return new Check(name, 0, 0, 1, 0, 0, false);
    }

    /// Compares numbers, relative to the largest expected one where that is above 1; NaN equals NaN only.
    static Check compare(String name, double[] actual, double[] expected, Limits limits) {
        double scale = 1;
        for (double value : expected) {
            scale = Double.isNaN(value) ? scale : Math.max(scale, Math.abs(value));
        }
        return compare(name, actual, expected, scale, limits.tolerance(), limits.cosine());
    }

    /// Compares pictures, in levels of 0 to 255; one may differ always, as rounding may fall either way.
    static Check compareLevels(String name, double[] actual, double[] expected, Limits limits) {
        return compare(name, actual, expected, 1, limits.levels(), limits.cosine());
    }

    private static Check compare(
            String name, double[] actual, double[] expected, double scale, double tolerance, double least) {
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
        double cosine = cosine(actual, expected);
        return new Check(name, max / scale, sum / expected.length / scale, cosine, tolerance, least, true);
    }

    public boolean passed() {
        return max <= tolerance && cosine >= leastCosine;
    }

    /// Of the places where neither is NaN; 1 where both are nothing but zeros.
    private static double cosine(double[] a, double[] b) {
        double product = 0;
        double lengthOfA = 0;
        double lengthOfB = 0;
        for (int i = 0; i < a.length; i++) {
            if (!Double.isNaN(a[i]) && !Double.isNaN(b[i])) {
                product += a[i] * b[i];
                lengthOfA += a[i] * a[i];
                lengthOfB += b[i] * b[i];
            }
        }
        boolean zeros = lengthOfA == 0 && lengthOfB == 0;
        return zeros ? 1 : product / Math.max(Double.MIN_NORMAL, Math.sqrt(lengthOfA) * Math.sqrt(lengthOfB));
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
