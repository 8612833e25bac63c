package dev.unmask.image.webp;

import java.util.Arrays;

/// A canonical prefix code: frequent symbols have short codes, and the lengths alone tell the codes.
final class PrefixCode {

    private static final int MAX_LENGTH = 15;
    private static final int[] LENGTH_ORDER = {17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

    /// For each length how many symbols have it.
    private final int[] counts = new int[MAX_LENGTH + 1];
    /// The symbols by length, then by number.
    private final int[] symbols;

    private PrefixCode(int[] lengths) {
        for (int length : lengths) {
            counts[length]++;
        }
        int used = lengths.length - counts[0];
        counts[0] = 0;
        symbols = new int[used];
        int[] next = new int[MAX_LENGTH + 1];
        for (int length = 1; length <= MAX_LENGTH; length++) {
            next[length] = next[length - 1] + counts[length - 1];
        }
        for (int symbol = 0; symbol < lengths.length; symbol++) {
            if (lengths[symbol] > 0) {
                symbols[next[lengths[symbol]]++] = symbol;
            }
        }
        requireComplete();
    }

    /// Reads a code for symbols below `size`.
    static PrefixCode read(BitReader bits, int size) {
        return new PrefixCode(bits.flag() ? few(bits, size) : lengths(bits, size));
    }

    /// Reads a symbol. The only symbol of a code takes no bits.
    int symbol(BitReader bits) {
        if (symbols.length == 1) {
            return symbols[0];
        }
        int code = 0;
        int first = 0;
        int index = 0;
        for (int length = 1; length <= MAX_LENGTH; length++) {
            code |= bits.bit();
            if (code - first < counts[length]) {
                return symbols[index + code - first];
            }
            index += counts[length];
            first = (first + counts[length]) << 1;
            code <<= 1;
        }
        throw Damage.corrupt("a code has no symbol");
    }

    private void requireComplete() {
        int free = 1;
        for (int length = 1; length <= MAX_LENGTH; length++) {
            free = 2 * free - counts[length];
            if (free < 0) {
                break;
            }
        }
        if (free != 0 && symbols.length != 1) {
            throw Damage.corrupt("a prefix code is not complete");
        }
    }

    /// One symbol, or two.
    private static int[] few(BitReader bits, int size) {
        boolean two = bits.flag();
        int first = bits.number(bits.flag() ? 8 : 1);
        int second = two ? bits.number(8) : first;
        if (Math.max(first, second) >= size) {
            throw Damage.corrupt("a symbol beyond the " + size + " of its prefix code");
        }
        int[] lengths = new int[size];
        lengths[first] = 1;
        lengths[second] = 1;
        return lengths;
    }

    /// Any number of symbols; their lengths are themselves in a prefix code.
    private static int[] lengths(BitReader bits, int size) {
        int[] own = new int[LENGTH_ORDER.length];
        int count = 4 + bits.number(4);
        for (int i = 0; i < count; i++) {
            own[LENGTH_ORDER[i]] = bits.number(3);
        }
        var code = new PrefixCode(own);
        int left = bits.flag() ? 2 + bits.number(2 + 2 * bits.number(3)) : size;
        int[] lengths = new int[size];
        int last = 8;
        for (int symbol = 0; symbol < size && left > 0; left--) {
            int length = code.symbol(bits);
            int repeated = repeated(bits, length);
            if (symbol + repeated > size) {
                throw Damage.corrupt("a prefix code is too long");
            }
            int value = length < 16 ? length : length == 16 ? last : 0;
            Arrays.fill(lengths, symbol, symbol + repeated, value);
            symbol += repeated;
            last = length < 16 && length > 0 ? length : last;
        }
        return lengths;
    }

    private static int repeated(BitReader bits, int length) {
        return switch (length) {
            case 16 -> 3 + bits.number(2);
            case 17 -> 3 + bits.number(3);
            case 18 -> 11 + bits.number(7);
            default -> 1;
        };
    }
}
