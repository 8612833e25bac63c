package dev.unmask.image;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.IntStream;

/// The first chunk of a PNG file, and the arithmetic of samples that follows from it.
///
/// @param depth bits of a sample: 1, 2, 4, 8 or 16
/// @param interlaced seven passes of growing density (Adam7) instead of one
record PngHeader(int width, int height, int depth, Kind kind, boolean interlaced) {

    private static final int[][] ADAM7 = {
        {0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}
    };

    /// What the samples of a pixel mean.
    enum Kind {
        GREY(0, 1, 1 | 2 | 4 | 8 | 16),
        RGB(2, 3, 8 | 16),
        PALETTE(3, 1, 1 | 2 | 4 | 8),
        GREY_ALPHA(4, 2, 8 | 16),
        RGB_ALPHA(6, 4, 8 | 16);

        private final int number;
        private final int channels;
        /// Those allowed, all of them powers of two, in one number.
        private final int depths;

        Kind(int number, int channels, int depths) {
            this.number = number;
            this.channels = channels;
            this.depths = depths;
        }

        private static Kind of(int number, int depth) {
            for (Kind kind : values()) {
                if (kind.number == number && Integer.bitCount(depth) == 1 && (kind.depths & depth) != 0) {
                    return kind;
                }
            }
            throw Format.PNG.corrupt("colour type " + number + " with " + depth + " bits a sample");
        }
    }

    /// The pixels that one pass over the picture carries.
    record Pass(int left, int top, int stepX, int stepY, int width, int height) {

        static Pass of(int left, int top, int stepX, int stepY, PngHeader header) {
            return new Pass(
                    left,
                    top,
                    stepX,
                    stepY,
                    Math.ceilDiv(header.width - left, stepX),
                    Math.ceilDiv(header.height - top, stepY));
        }

        int y(int row) {
            return top + row * stepY;
        }

        boolean empty() {
            return width < 1 || height < 1;
        }
    }

    static PngHeader read(ByteBuffer chunk) {
        int width = chunk.getInt();
        int height = chunk.getInt();
        int depth = chunk.get();
        Kind kind = Kind.of(chunk.get(), depth);
        int compression = chunk.get();
        int filters = chunk.get();
        int interlacing = chunk.get();
        if (compression != 0 || filters != 0 || interlacing < 0 || interlacing > 1) {
            throw Format.PNG.corrupt(
                    "compression " + compression + ", filters " + filters + ", interlacing " + interlacing);
        }
        return new PngHeader(width, height, depth, kind, interlacing == 1);
    }

    List<Pass> passes() {
        if (!interlaced) {
            return List.of(Pass.of(0, 0, 1, 1, this));
        }
        return IntStream.range(0, ADAM7.length)
                .mapToObj(i -> Pass.of(ADAM7[i][0], ADAM7[i][1], ADAM7[i][2], ADAM7[i][3], this))
                .filter(pass -> !pass.empty())
                .toList();
    }

    boolean color() {
        return kind == Kind.RGB || kind == Kind.RGB_ALPHA;
    }

    /// Bytes of a line of pixels, without its filter byte.
    int lineBytes(int pixels) {
        return Math.toIntExact(((long) pixels * kind.channels * depth + 7) / 8);
    }

    /// How far back a filter looks for the pixel to the left.
    int pixelBytes() {
        return Math.max(1, kind.channels * depth / 8);
    }

    /// The grey level or palette index of a pixel; of 16 bits the high byte.
    int sample(byte[] line, int x) {
        if (depth >= 8) {
            return line[x * pixelBytes()] & 0xFF;
        }
        int bit = x * depth;
        return ((line[bit >> 3] & 0xFF) >> (8 - depth - (bit & 7))) & ((1 << depth) - 1);
    }

    /// The colour of every grey level.
    Palette shades() {
        return Palette.grey((1 << Math.min(depth, 8)) - 1);
    }
}
