package dev.unmask.image.webp;

import java.util.Arrays;

/// The coefficients of the macroblock in hand: 16 blocks of luma, 4 and 4 of chroma, dequantized. How probable a
/// block is to be empty depends on its neighbours above and at the left. One object serves the whole frame.
final class Coefficients {

    static final int BLOCKS = 24;
    static final int BLOCK = 16;

    private static final int LUMA_REST = 0;
    private static final int LUMA_SUMS = 1;
    private static final int CHROMA = 2;
    private static final int LUMA_WHOLE = 3;

    private static final int[] BANDS = {0, 1, 2, 3, 6, 4, 5, 6, 6, 6, 6, 6, 6, 6, 6, 7};
    private static final int[] ZIGZAG = {0, 1, 4, 8, 5, 2, 3, 6, 9, 12, 13, 10, 7, 11, 14, 15};
    /// Probabilities of the extra bits of the four largest categories of values.
    private static final int[][] EXTRA_BITS = {
        {173, 148, 140},
        {176, 155, 140, 135},
        {180, 157, 141, 134, 130},
        {254, 254, 243, 230, 196, 177, 153, 140, 133, 130, 129}
    };

    /// Flags of neighbours that are not empty: 4 of luma, 2 and 2 of chroma, 1 of the luma sums.
    private static final int FLAGS = 9;

    private static final int SUMS = 8;

    /// The probabilities that a file may adjust.
    static final class Probabilities {

        private final int[] values = Tables.coefficients();

        private Probabilities() {}

        static Probabilities read(BoolDecoder bits) {
            var probabilities = new Probabilities();
            for (int i = 0; i < probabilities.values.length; i++) {
                if (bits.flag(Tables.update(i))) {
                    probabilities.values[i] = bits.number(8);
                }
            }
            return probabilities;
        }

        /// Where the eleven begin that read a value.
        private static int at(int type, int position, int context) {
            return ((type * 8 + BANDS[position]) * 3 + context) * 11;
        }
    }

    private final int[] probabilities;
    private final int[] above;
    private final int[] left = new int[FLAGS];
    private final short[] values = new short[(BLOCKS + 1) * BLOCK];
    private boolean empty;

    Coefficients(Probabilities probabilities, int columns) {
        this.probabilities = probabilities.values;
        this.above = new int[columns * FLAGS];
    }

    /// At the beginning of each row.
    void startRow() {
        Arrays.fill(left, 0);
    }

    /// The values of all blocks, for reading only.
    short[] values() {
        return values;
    }

    /// Whether every coefficient is zero.
    boolean empty() {
        return empty;
    }

    /// A macroblock without coefficients. The sums' flags outlive it where it has no sums.
    void skip(Macroblock macroblock, int column) {
        int flags = macroblock.small() ? SUMS : FLAGS;
        Arrays.fill(left, 0, flags, 0);
        Arrays.fill(above, column * FLAGS, column * FLAGS + flags, 0);
        Arrays.fill(values, (short) 0);
        empty = true;
    }

    /// Reads the coefficients of the macroblock in a column.
    void read(BoolDecoder bits, Macroblock macroblock, FrameHeader.Steps steps, int column) {
        Arrays.fill(values, (short) 0);
        empty = true;
        int flags = column * FLAGS;
        int type = LUMA_WHOLE;
        if (!macroblock.small()) {
            int end = block(bits, LUMA_SUMS, flags + SUMS, SUMS, BLOCKS, steps.sumDc(), steps.sumAc());
            mark(flags + SUMS, SUMS, end > 0);
            Transform.spread(values, BLOCKS * BLOCK);
            type = LUMA_REST;
        }
        for (int i = 0; i < 16; i++) {
            plane(bits, type, flags + i % 4, i / 4, i, steps.lumaDc(), steps.lumaAc());
        }
        for (int i = 0; i < 8; i++) {
            int first = 4 + i / 4 * 2;
            plane(bits, CHROMA, flags + first + i % 2, first + i % 4 / 2, 16 + i, steps.chromaDc(), steps.chromaAc());
        }
    }

    private void plane(BoolDecoder bits, int type, int aboveFlag, int leftFlag, int block, int dc, int ac) {
        int end = block(bits, type, aboveFlag, leftFlag, block, dc, ac);
        mark(aboveFlag, leftFlag, end > first(type));
        empty &= end <= 1 && values[block * BLOCK] == 0;
    }

    private void mark(int aboveFlag, int leftFlag, boolean filled) {
        above[aboveFlag] = filled ? 1 : 0;
        left[leftFlag] = filled ? 1 : 0;
    }

    private static int first(int type) {
        return type == LUMA_REST ? 1 : 0;
    }

    /// Reads one block; answers the position behind its last value.
    private int block(BoolDecoder bits, int type, int aboveFlag, int leftFlag, int block, int dc, int ac) {
        int n = first(type);
        int at = Probabilities.at(type, n, above[aboveFlag] + left[leftFlag]);
        while (bits.flag(probabilities[at])) {
            while (!bits.flag(probabilities[at + 1])) {
                if (++n == BLOCK) {
                    return n;
                }
                at = Probabilities.at(type, n, 0);
            }
            int value = bits.flag(probabilities[at + 2]) ? large(bits, at) : 1;
            int step = n > 0 ? ac : dc;
            values[block * BLOCK + ZIGZAG[n]] = (short) (bits.flag() ? -value * step : value * step);
            if (++n == BLOCK) {
                return n;
            }
            at = Probabilities.at(type, n, value > 1 ? 2 : 1);
        }
        return n;
    }

    /// A value of 2 or more.
    private int large(BoolDecoder bits, int at) {
        if (!bits.flag(probabilities[at + 3])) {
            return bits.flag(probabilities[at + 4]) ? 3 + bits.bit(probabilities[at + 5]) : 2;
        }
        if (!bits.flag(probabilities[at + 6])) {
            return bits.flag(probabilities[at + 7]) ? 7 + 2 * bits.bit(165) + bits.bit(145) : 5 + bits.bit(159);
        }
        int high = bits.bit(probabilities[at + 8]);
        int category = 2 * high + bits.bit(probabilities[at + 9 + high]);
        int value = 0;
        for (int probability : EXTRA_BITS[category]) {
            value = 2 * value + bits.bit(probability);
        }
        return value + 3 + (8 << category);
    }
}
