package dev.unmask.image.jpeg;

/// The inverse cosine transform of 8 x 8 blocks: libjpeg's accurate integer method (Loeffler, Ligtenberg, Moschytz
/// 1989).
final class Transform {

    private static final int CONSTANT_BITS = 13;
    private static final int FIRST_BITS = 2;

    private static final int C0_298 = 2446;
    private static final int C0_390 = 3196;
    private static final int C0_541 = 4433;
    private static final int C0_765 = 6270;
    private static final int C0_899 = 7373;
    private static final int C1_175 = 9633;
    private static final int C1_501 = 12299;
    private static final int C1_847 = 15137;
    private static final int C1_961 = 16069;
    private static final int C2_053 = 16819;
    private static final int C2_562 = 20995;
    private static final int C3_072 = 25172;

    private final int[] work = new int[Plane.COEFFICIENTS];

    /// Writes the samples of the coefficients from `from` on.
    ///
    /// @param steps of the quantizer, by coefficient
    void apply(short[] coefficients, int from, int[] steps, byte[] samples, int to, int stride) {
        for (int i = 0; i < Plane.COEFFICIENTS; i++) {
            work[i] = coefficients[from + i] * steps[i];
        }
        for (int column = 0; column < 8; column++) {
            if (plain(column)) {
                fill(column);
            } else {
                line(column, 8, CONSTANT_BITS - FIRST_BITS);
            }
        }
        for (int row = 0; row < 8; row++) {
            line(8 * row, 1, CONSTANT_BITS + FIRST_BITS + 3);
            for (int i = 0; i < 8; i++) {
                samples[to + row * stride + i] = (byte) clip(work[8 * row + i] + 128);
            }
        }
    }

    private boolean plain(int column) {
        return (work[column + 8]
                        | work[column + 16]
                        | work[column + 24]
                        | work[column + 32]
                        | work[column + 40]
                        | work[column + 48]
                        | work[column + 56])
                == 0;
    }

    private void fill(int column) {
        int value = work[column] << FIRST_BITS;
        for (int i = column; i < Plane.COEFFICIENTS; i += 8) {
            work[i] = value;
        }
    }

    private void line(int at, int step, int shift) {
        int half = 1 << (shift - 1);
        int a = work[at + 2 * step];
        int b = work[at + 6 * step];
        int ab = (a + b) * C0_541;
        int even2 = ab - b * C1_847;
        int even3 = ab + a * C0_765;
        int even0 = ((work[at] + work[at + 4 * step]) << CONSTANT_BITS) + half;
        int even1 = ((work[at] - work[at + 4 * step]) << CONSTANT_BITS) + half;

        int odd0 = work[at + 7 * step];
        int odd1 = work[at + 5 * step];
        int odd2 = work[at + 3 * step];
        int odd3 = work[at + step];
        int all = (odd0 + odd2 + odd1 + odd3) * C1_175;
        int outer = (odd0 + odd3) * C0_899;
        int inner = (odd1 + odd2) * C2_562;
        int left = all - (odd0 + odd2) * C1_961;
        int right = all - (odd1 + odd3) * C0_390;
        odd0 = odd0 * C0_298 - outer + left;
        odd1 = odd1 * C2_053 - inner + right;
        odd2 = odd2 * C3_072 - inner + left;
        odd3 = odd3 * C1_501 - outer + right;

        work[at] = (even0 + even3 + odd3) >> shift;
        work[at + 7 * step] = (even0 + even3 - odd3) >> shift;
        work[at + step] = (even1 + even2 + odd2) >> shift;
        work[at + 6 * step] = (even1 + even2 - odd2) >> shift;
        work[at + 2 * step] = (even1 - even2 + odd1) >> shift;
        work[at + 5 * step] = (even1 - even2 - odd1) >> shift;
        work[at + 3 * step] = (even0 - even3 + odd0) >> shift;
        work[at + 4 * step] = (even0 - even3 - odd0) >> shift;
    }

    private static int clip(int value) {
        return Math.min(Math.max(value, 0), 255);
    }
}
