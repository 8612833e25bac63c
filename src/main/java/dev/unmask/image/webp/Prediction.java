package dev.unmask.image.webp;

import java.util.Arrays;

/// Guesses a block from the samples above it and at its left.
final class Prediction {

    /// For the directional modes of 4 x 4 blocks, which samples around the block make each of its samples. These are
    /// numbered from the bottom left (2 to 5) over the corner (6) to the top right (7 to 14); the outermost count
    /// twice. Below 16 it is the mean of three around that number, else of two from that number less 16.
    private static final int[][] DIRECTIONS = {
        {},
        {},
        {7, 8, 9, 10, 7, 8, 9, 10, 7, 8, 9, 10, 7, 8, 9, 10},
        {5, 5, 5, 5, 4, 4, 4, 4, 3, 3, 3, 3, 2, 2, 2, 2},
        {8, 9, 10, 11, 9, 10, 11, 12, 10, 11, 12, 13, 11, 12, 13, 14},
        {6, 7, 8, 9, 5, 6, 7, 8, 4, 5, 6, 7, 3, 4, 5, 6},
        {22, 23, 24, 25, 6, 7, 8, 9, 5, 22, 23, 24, 4, 6, 7, 8},
        {23, 24, 25, 26, 8, 9, 10, 11, 24, 25, 26, 12, 9, 10, 11, 13},
        {21, 6, 7, 8, 20, 5, 21, 6, 19, 4, 20, 5, 18, 3, 19, 4},
        {20, 4, 19, 3, 19, 3, 18, 2, 18, 2, 1, 1, 1, 1, 1, 1}
    };

    private static final int PAIRS = 16;

    private final Plane plane;
    private final int[] edge = new int[PAIRS];

    Prediction(Plane plane) {
        this.plane = plane;
    }

    /// A square block in one of four modes. The mean leaves out what lies outside the picture.
    void square(int x, int y, int side, int mode) {
        int to = plane.at(x, y);
        switch (mode) {
            case Macroblock.DC -> fill(to, side, mean(x, y, side));
            case Macroblock.TRUE_MOTION -> trueMotion(to, side);
            case Macroblock.VERTICAL -> {
                for (int row = 0; row < side; row++) {
                    System.arraycopy(
                            plane.samples(), to - plane.stride(), plane.samples(), to + row * plane.stride(), side);
                }
            }
            case Macroblock.HORIZONTAL -> {
                for (int row = 0; row < side; row++) {
                    int at = to + row * plane.stride();
                    Arrays.fill(plane.samples(), at, at + side, plane.samples()[at - 1]);
                }
            }
            default -> throw new IllegalArgumentException("mode " + mode);
        }
    }

    /// A 4 x 4 block in one of ten modes.
    ///
    /// @param right index of the four samples above and to the right
    /// @param step from one of these to the next; 0 repeats the first
    void small(int x, int y, int mode, int right, int step) {
        int to = plane.at(x, y);
        if (mode == Macroblock.TRUE_MOTION) {
            trueMotion(to, 4);
            return;
        }
        collect(to, right, step);
        if (mode == Macroblock.DC) {
            int sum = 4;
            for (int i = 0; i < 4; i++) {
                sum += edge[2 + i] + edge[7 + i];
            }
            fill(to, 4, sum >> 3);
            return;
        }
        int[] sources = DIRECTIONS[mode];
        for (int i = 0; i < 16; i++) {
            plane.samples()[to + i / 4 * plane.stride() + i % 4] = (byte) blend(sources[i]);
        }
    }

    private int blend(int source) {
        if (source >= PAIRS) {
            int first = source - PAIRS;
            return (edge[first] + edge[first + 1] + 1) >> 1;
        }
        return (edge[source - 1] + 2 * edge[source] + edge[source + 1] + 2) >> 2;
    }

    private void collect(int to, int right, int step) {
        for (int i = 0; i < 4; i++) {
            edge[5 - i] = plane.get(to + i * plane.stride() - 1);
            edge[7 + i] = plane.get(to - plane.stride() + i);
            edge[11 + i] = plane.get(right + i * step);
        }
        edge[6] = plane.get(to - plane.stride() - 1);
        edge[1] = edge[2];
        edge[0] = edge[2];
        edge[15] = edge[14];
    }

    private void trueMotion(int to, int side) {
        int corner = plane.get(to - plane.stride() - 1);
        for (int row = 0; row < side; row++) {
            int at = to + row * plane.stride();
            int left = plane.get(at - 1) - corner;
            for (int column = 0; column < side; column++) {
                int above = plane.get(to - plane.stride() + column);
                plane.samples()[at + column] = (byte) clip(left + above);
            }
        }
    }

    private int mean(int x, int y, int side) {
        int sum = 0;
        int count = 0;
        for (int i = 0; y > 0 && i < side; i++, count++) {
            sum += plane.get(plane.at(x + i, y - 1));
        }
        for (int i = 0; x > 0 && i < side; i++, count++) {
            sum += plane.get(plane.at(x - 1, y + i));
        }
        return count == 0 ? 128 : (sum + count / 2) / count;
    }

    private void fill(int to, int side, int value) {
        for (int row = 0; row < side; row++) {
            int at = to + row * plane.stride();
            Arrays.fill(plane.samples(), at, at + side, (byte) value);
        }
    }

    private static int clip(int value) {
        return Math.min(Math.max(value, 0), 255);
    }
}
