package dev.unmask.image.webp;

import java.nio.ByteBuffer;

/// The arithmetic decoder of VP8: one decision at a time, each with its probability of being false, of 256 parts.
final class BoolDecoder {

    private static final int EVEN = 128;

    private final ByteBuffer data;
    /// What has been read and not yet decided: eight bits and `spare` bits below them.
    private long window;
    private int spare = -8;
    private int padding;
    private int range = 255;

    BoolDecoder(ByteBuffer data) {
        this.data = data;
    }

    boolean flag(int probability) {
        if (spare < 0) {
            fill();
        }
        int split = 1 + (((range - 1) * probability) >> 8);
        long boundary = (long) split << spare;
        boolean set = window >= boundary;
        if (set) {
            window -= boundary;
            range -= split;
        } else {
            range = split;
        }
        int shift = Integer.numberOfLeadingZeros(range) - 24;
        range <<= shift;
        spare -= shift;
        return set;
    }

    boolean flag() {
        return flag(EVEN);
    }

    int bit(int probability) {
        return flag(probability) ? 1 : 0;
    }

    /// An unsigned number.
    int number(int bits) {
        int number = 0;
        for (int i = 0; i < bits; i++) {
            number = (number << 1) | bit(EVEN);
        }
        return number;
    }

    /// A number and its sign.
    int signed(int bits) {
        int number = number(bits);
        return flag() ? -number : number;
    }

    /// A signed number where a flag announces it, else 0.
    int optional(int bits) {
        return flag() ? signed(bits) : 0;
    }

    /// Whether decisions were made on more than there was to read.
    boolean exhausted() {
        return padding > Math.max(spare, 0);
    }

    private void fill() {
        while (spare < 40) {
            if (data.hasRemaining()) {
                window = (window << 8) | (data.get() & 0xFF);
            } else {
                window <<= 8;
                padding += 8;
            }
            spare += 8;
        }
    }
}
