package dev.unmask.image;

import java.util.Arrays;

/// Pillow's `Image.resize` for RGB, bit for bit, computing only what is kept of the result. Columns and rows are
/// resized one after the other, into bytes; each sample is a weighted sum in 22-bit fixed point, rounded and clipped.
final class Resample {

    private static final int HALF = 1 << (Taps.PRECISION - 1);

    private Resample() {}

    static Picture resize(Picture picture, Kernel kernel, Frame frame) {
        if (frame.horizontal().same() && frame.vertical().same()) {
            return picture;
        }
        Taps columns = Taps.of(kernel, frame.horizontal());
        Taps rows = Taps.of(kernel, frame.vertical());
        if (rowsFirst(frame)) {
            return columns(rows(picture, rows, 0), columns, 0, rows.count());
        }
        return rows(columns(picture, columns, rows.begin(), rows.end()), rows, rows.begin());
    }

    /// Whether the height shrinks by more than twice what the width does. Pillow has had this rule since version 13.0;
    /// before, it took columns first but for very tall pictures. The rounding in between differs by a level or two.
    private static boolean rowsFirst(Frame frame) {
        int lessHeight = frame.vertical().source() - frame.vertical().scaled();
        int lessWidth = frame.horizontal().source() - frame.horizontal().scaled();
        return lessHeight > 0 && lessHeight > 2 * lessWidth;
    }

    /// Resizes the lines from `top` to `bottom`.
    private static Picture columns(Picture picture, Taps taps, int top, int bottom) {
        int width = taps.count();
        byte[] resized = new byte[width * (bottom - top) * Picture.CHANNELS];
        for (int y = top; y < bottom; y++) {
            int line = y * picture.width() * Picture.CHANNELS;
            int to = (y - top) * width * Picture.CHANNELS;
            for (int x = 0; x < width; x++, to += Picture.CHANNELS) {
                pixel(picture.rgb(), line + taps.from(x) * Picture.CHANNELS, taps.weights(x), resized, to);
            }
        }
        return new Picture(width, bottom - top, resized);
    }

    private static void pixel(byte[] rgb, int from, int[] weights, byte[] resized, int to) {
        int red = HALF;
        int green = HALF;
        int blue = HALF;
        int at = from;
        for (int weight : weights) {
            red += weight * (rgb[at] & 0xFF);
            green += weight * (rgb[at + 1] & 0xFF);
            blue += weight * (rgb[at + 2] & 0xFF);
            at += Picture.CHANNELS;
        }
        resized[to] = sample(red);
        resized[to + 1] = sample(green);
        resized[to + 2] = sample(blue);
    }

    /// Resizes the columns of a picture whose first line is line `top` of the whole.
    private static Picture rows(Picture picture, Taps taps, int top) {
        int line = picture.width() * Picture.CHANNELS;
        byte[] resized = new byte[taps.count() * line];
        int[] sums = new int[line];
        for (int y = 0; y < taps.count(); y++) {
            Arrays.fill(sums, HALF);
            int from = (taps.from(y) - top) * line;
            for (int weight : taps.weights(y)) {
                add(picture.rgb(), from, weight, sums);
                from += line;
            }
            for (int i = 0; i < line; i++) {
                resized[y * line + i] = sample(sums[i]);
            }
        }
        return new Picture(picture.width(), taps.count(), resized);
    }

    private static void add(byte[] rgb, int from, int weight, int[] sums) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] += weight * (rgb[from + i] & 0xFF);
        }
    }

    private static byte sample(int sum) {
        return (byte) Math.min(Math.max(sum >> Taps.PRECISION, 0), 255);
    }
}
