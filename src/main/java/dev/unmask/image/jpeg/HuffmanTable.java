package dev.unmask.image.jpeg;

import java.nio.ByteBuffer;

/// A code of up to 16 bits for each of up to 256 symbols. Short codes are looked up at once.
final class HuffmanTable {

    private static final int MAX_BITS = 16;
    private static final int LOOKUP_BITS = 9;

    private final byte[] symbols;
    /// For each length the first code beyond it, or -1 where no code has this length; and what to add to a code to find
    /// its symbol.
    private final int[] ends = new int[MAX_BITS + 1];

    private final int[] offsets = new int[MAX_BITS + 1];
    /// Length and symbol by the next bits, or 0 where the code is longer.
    private final short[] lookup = new short[1 << LOOKUP_BITS];

    private HuffmanTable(byte[] symbols) {
        this.symbols = symbols;
    }

    /// Reads how many codes there are of each length, and their symbols.
    static HuffmanTable read(ByteBuffer body) {
        int[] counts = new int[MAX_BITS + 1];
        int total = 0;
        for (int length = 1; length <= MAX_BITS; length++) {
            counts[length] = body.get() & 0xFF;
            total += counts[length];
        }
        if (total > 256) {
            throw Damage.corrupt("a code of " + total + " symbols");
        }
        byte[] symbols = new byte[total];
        body.get(symbols);
        var table = new HuffmanTable(symbols);
        table.assign(counts);
        return table;
    }

    private void assign(int[] counts) {
        int code = 0;
        int symbol = 0;
        for (int length = 1; length <= MAX_BITS; length++) {
            offsets[length] = symbol - code;
            for (int i = 0; i < counts[length]; i++, code++, symbol++) {
                if (code >= 1 << length) {
                    throw Damage.corrupt("a code has too many symbols");
                }
                remember(code, length, symbols[symbol]);
            }
            ends[length] = counts[length] == 0 ? -1 : code;
            code <<= 1;
        }
    }

    private void remember(int code, int length, byte symbol) {
        if (length > LOOKUP_BITS) {
            return;
        }
        int spare = LOOKUP_BITS - length;
        for (int i = 0; i < 1 << spare; i++) {
            lookup[(code << spare) + i] = (short) ((length << 8) | (symbol & 0xFF));
        }
    }

    int symbol(EntropyReader bits) {
        int found = lookup[bits.peek(LOOKUP_BITS)];
        if (found != 0) {
            bits.skip(found >> 8);
            return found & 0xFF;
        }
        for (int length = LOOKUP_BITS + 1; length <= MAX_BITS; length++) {
            int code = bits.peek(length);
            if (code < ends[length]) {
                bits.skip(length);
                return symbols[code + offsets[length]] & 0xFF;
            }
        }
        throw Damage.corrupt("bits that are no code");
    }
}
