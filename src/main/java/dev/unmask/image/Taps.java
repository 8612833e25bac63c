package dev.unmask.image;

/// Which samples of a line make a sample of the resized line, and with what weights: Pillow's `precompute_coeffs` and
/// `normalize_coeffs_8bpc`, operation by operation in double, then in 22-bit fixed point.
final class Taps {

    /// Bits behind the binary point: what is left of 32 by 8 of a sample and 2 of overshoot.
    static final int PRECISION = 32 - 8 - 2;

    private final int[] from;
    private final int[][] weights;

    private Taps(int[] from, int[][] weights) {
        this.from = from;
        this.weights = weights;
    }

    static Taps of(Kernel kernel, Axis axis) {
        double scale = (double) axis.source() / axis.scaled();
        double stretch = Math.max(scale, 1);
        double support = kernel.support() * stretch;
        int[] from = new int[axis.length()];
        int[][] weights = new int[axis.length()][];
        for (int i = 0; i < from.length; i++) {
            double center = (axis.first() + i + 0.5) * scale;
            from[i] = Math.max((int) (center - support + 0.5), 0);
            int to = Math.min((int) (center + support + 0.5), axis.source());
            weights[i] = fixed(kernel, from[i] - center + 0.5, to - from[i], 1 / stretch);
        }
        return new Taps(from, weights);
    }

    /// The first source sample that sample `i` is made of.
    int from(int i) {
        return from[i];
    }

    /// One weight for each source sample that sample `i` is made of; for reading only.
    int[] weights(int i) {
        return weights[i];
    }

    int count() {
        return from.length;
    }

    /// The first source sample that is used.
    int begin() {
        return from[0];
    }

    /// The end of the source samples that are used.
    int end() {
        return from[count() - 1] + weights[count() - 1].length;
    }

    private static int[] fixed(Kernel kernel, double offset, int count, double shrink) {
        double[] exact = new double[count];
        double sum = 0;
        for (int i = 0; i < count; i++) {
            exact[i] = kernel.weight((i + offset) * shrink);
            sum += exact[i];
        }
        int[] fixed = new int[count];
        for (int i = 0; i < count; i++) {
            double weight = sum == 0 ? exact[i] : exact[i] / sum;
            fixed[i] = (int) (weight * (1 << PRECISION) + (weight < 0 ? -0.5 : 0.5));
        }
        return fixed;
    }
}
