package dev.unmask.image;

import java.nio.ByteBuffer;

/// The compression of GIF: codes of growing length, each standing for a string seen before with one more byte.
final class Lzw {

    private static final int MAX_BITS = 12;
    private static final int NONE = -1;

    private final ByteBuffer data;
    private final int clear;
    private final int[] prefixes = new int[1 << MAX_BITS];
    private final byte[] suffixes = new byte[1 << MAX_BITS];
    private final byte[] output;

    private int written;
    private int codes;
    private int bits;
    private int held;
    private int heldBits;
    private int blockLeft;

    private Lzw(ByteBuffer data, int minBits, int length) {
        this.data = data;
        this.clear = 1 << minBits;
        this.output = new byte[length];
        for (int i = 0; i < clear; i++) {
            suffixes[i] = (byte) i;
        }
        restart();
    }

    /// Decodes `length` bytes; what follows is not looked at.
    ///
    /// @param data at the byte that tells the size of the alphabet
    static byte[] decode(ByteBuffer data, int length) {
        int minBits = data.get();
        if (minBits < 1 || minBits > 8) {
            throw Format.GIF.corrupt("codes of " + minBits + " bits");
        }
        var lzw = new Lzw(data, minBits, length);
        lzw.decode();
        return lzw.output;
    }

    private void decode() {
        int last = NONE;
        while (written < output.length) {
            int code = code();
            if (code == clear) {
                restart();
                last = NONE;
            } else if (code == clear + 1) {
                throw Format.GIF.truncated();
            } else {
                accept(code, last);
                last = code;
            }
        }
    }

    private void restart() {
        codes = clear + 2;
        bits = Integer.numberOfTrailingZeros(clear) + 1;
    }

    /// Writes the string of a code, and learns the last string with the first byte of this one.
    private void accept(int code, int last) {
        if (code > codes || (code == codes && last == NONE) || (last == NONE && code >= clear)) {
            throw Format.GIF.corrupt("a code " + code + " of " + codes);
        }
        if (last != NONE && codes < prefixes.length) {
            prefixes[codes] = last;
            suffixes[codes] = first(code == codes ? last : code);
            codes++;
            if (codes == 1 << bits && bits < MAX_BITS) {
                bits++;
            }
        }
        write(code);
    }

    private byte first(int code) {
        int at = code;
        while (at >= clear) {
            at = prefixes[at];
        }
        return suffixes[at];
    }

    private void write(int code) {
        int length = 1;
        for (int at = code; at >= clear; at = prefixes[at]) {
            length++;
        }
        int at = code;
        for (int to = written + length - 1; to >= written; to--) {
            if (to < output.length) {
                output[to] = suffixes[at];
            }
            at = prefixes[at];
        }
        written = Math.min(written + length, output.length);
    }

    private int code() {
        while (heldBits < bits) {
            held |= octet() << heldBits;
            heldBits += 8;
        }
        int code = held & ((1 << bits) - 1);
        held >>>= bits;
        heldBits -= bits;
        return code;
    }

    private int octet() {
        while (blockLeft == 0) {
            blockLeft = data.get() & 0xFF;
            if (blockLeft == 0) {
                throw Format.GIF.truncated();
            }
        }
        blockLeft--;
        return data.get() & 0xFF;
    }
}
