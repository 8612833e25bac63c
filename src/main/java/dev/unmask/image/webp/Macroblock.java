package dev.unmask.image.webp;

import java.util.Arrays;

/// How the 16 x 16 pixels in hand are predicted, and how macroblocks tell it: each from the modes above and at the
/// left.
/// One object serves the whole frame.
final class Macroblock {

    static final int DC = 0;
    static final int TRUE_MOTION = 1;
    static final int VERTICAL = 2;
    static final int HORIZONTAL = 3;

    /// Branches by the probability that decides; leaves are modes, inverted.
    private static final int[][] SMALL_TREE = {
        {~DC, 1}, {~TRUE_MOTION, 2}, {~VERTICAL, 3}, {4, 6}, {~HORIZONTAL, 5}, {~5, ~6}, {~4, 7}, {~7, 8}, {~8, ~9}
    };

    private final FrameHeader header;
    private final int[] above;
    private final int[] left = new int[4];
    private final int[] modes = new int[16];
    private int segment;
    private boolean skipped;
    private boolean small;
    private int chroma;

    Macroblock(FrameHeader header, int columns) {
        this.header = header;
        this.above = new int[4 * columns];
    }

    /// At the beginning of each row.
    void startRow() {
        Arrays.fill(left, DC);
    }

    /// Reads the macroblock of a column.
    void read(BoolDecoder bits, int column) {
        segment = header.segments().next(bits);
        skipped = header.skipProbability() >= 0 && bits.flag(header.skipProbability());
        small = !bits.flag(145);
        if (small) {
            readSmall(bits, 4 * column);
        } else {
            readLarge(bits, 4 * column);
        }
        chroma = chroma(bits);
    }

    int segment() {
        return segment;
    }

    /// Whether it has no coefficients at all.
    boolean skipped() {
        return skipped;
    }

    /// Whether luma is predicted in 4 x 4 blocks, each by its own mode.
    boolean small() {
        return small;
    }

    /// The mode of a 4 x 4 block, or of all luma.
    int mode(int block) {
        return modes[block];
    }

    int chroma() {
        return chroma;
    }

    private void readLarge(BoolDecoder bits, int column) {
        int mode;
        if (bits.flag(156)) {
            mode = bits.flag(128) ? TRUE_MOTION : HORIZONTAL;
        } else {
            mode = bits.flag(163) ? VERTICAL : DC;
        }
        Arrays.fill(modes, mode);
        Arrays.fill(left, mode);
        Arrays.fill(above, column, column + 4, mode);
    }

    private void readSmall(BoolDecoder bits, int column) {
        for (int block = 0; block < 16; block++) {
            int x = column + block % 4;
            int y = block / 4;
            int node = 0;
            while (node >= 0) {
                node = SMALL_TREE[node][bits.bit(Tables.mode(above[x], left[y], node))];
            }
            modes[block] = ~node;
            above[x] = ~node;
            left[y] = ~node;
        }
    }

    private static int chroma(BoolDecoder bits) {
        if (!bits.flag(142)) {
            return DC;
        }
        if (!bits.flag(114)) {
            return VERTICAL;
        }
        return bits.flag(183) ? TRUE_MOTION : HORIZONTAL;
    }
}
