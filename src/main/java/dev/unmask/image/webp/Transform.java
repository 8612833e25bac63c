package dev.unmask.image.webp;

/// From coefficients to differences: the inverse transforms of VP8, in its fixed-point arithmetic.
final class Transform {

    private Transform() {}

    /// The inverse Walsh-Hadamard transform of the block at `from`: each result is the DC value of a luma block.
    static void spread(short[] values, int from) {
        int[] columns = new int[16];
        for (int i = 0; i < 4; i++) {
            int a = values[from + i] + values[from + 12 + i];
            int b = values[from + 4 + i] + values[from + 8 + i];
            int c = values[from + 4 + i] - values[from + 8 + i];
            int d = values[from + i] - values[from + 12 + i];
            columns[i] = a + b;
            columns[4 + i] = d + c;
            columns[8 + i] = a - b;
            columns[12 + i] = d - c;
        }
        for (int i = 0; i < 16; i += 4) {
            int a = columns[i] + 3 + columns[i + 3];
            int b = columns[i + 1] + columns[i + 2];
            int c = columns[i + 1] - columns[i + 2];
            int d = columns[i] + 3 - columns[i + 3];
            values[i * 16] = (short) ((a + b) >> 3);
            values[(i + 1) * 16] = (short) ((d + c) >> 3);
            values[(i + 2) * 16] = (short) ((a - b) >> 3);
            values[(i + 3) * 16] = (short) ((d - c) >> 3);
        }
    }

    /// Adds the inverse cosine transform of the block at `from` to the 4 x 4 samples at `to`.
    static void add(short[] values, int from, Plane plane, int to) {
        int[] columns = new int[16];
        for (int i = 0; i < 4; i++) {
            int a = values[from + i] + values[from + 8 + i];
            int b = values[from + i] - values[from + 8 + i];
            int c = lower(values[from + 4 + i]) - upper(values[from + 12 + i]);
            int d = upper(values[from + 4 + i]) + lower(values[from + 12 + i]);
            columns[4 * i] = a + d;
            columns[4 * i + 1] = b + c;
            columns[4 * i + 2] = b - c;
            columns[4 * i + 3] = a - d;
        }
        for (int y = 0; y < 4; y++) {
            int a = columns[y] + 4 + columns[8 + y];
            int b = columns[y] + 4 - columns[8 + y];
            int c = lower(columns[4 + y]) - upper(columns[12 + y]);
            int d = upper(columns[4 + y]) + lower(columns[12 + y]);
            int at = to + y * plane.stride();
            add(plane, at, a + d);
            add(plane, at + 1, b + c);
            add(plane, at + 2, b - c);
            add(plane, at + 3, a - d);
        }
    }

    private static void add(Plane plane, int at, int eighths) {
        plane.samples()[at] = (byte) clip(plane.get(at) + (eighths >> 3));
    }

    /// Times sqrt(2) cos(pi / 8).
    private static int upper(int value) {
        return ((value * 20091) >> 16) + value;
    }

    /// Times sqrt(2) sin(pi / 8).
    private static int lower(int value) {
        return (value * 35468) >> 16;
    }

    private static int clip(int value) {
        return Math.min(Math.max(value, 0), 255);
    }
}
