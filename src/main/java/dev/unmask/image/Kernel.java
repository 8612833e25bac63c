package dev.unmask.image;

/// The shape of a resampling filter, as Pillow defines it.
enum Kernel {
    BILINEAR(1) {
        @Override
        double weight(double distance) {
            double x = Math.abs(distance);
            return x < 1 ? 1 - x : 0;
        }
    },
    /// Keys' cubic with a = -0.5.
    BICUBIC(2) {
        @Override
        double weight(double distance) {
            double x = Math.abs(distance);
            if (x < 1) {
                return ((A + 2) * x - (A + 3)) * x * x + 1;
            }
            return x < 2 ? (((x - 5) * x + 8) * x - 4) * A : 0;
        }
    };

    private static final double A = -0.5;

    private final double support;

    Kernel(double support) {
        this.support = support;
    }

    /// How far the filter reaches, in pixels of the larger scale.
    double support() {
        return support;
    }

    abstract double weight(double distance);
}
