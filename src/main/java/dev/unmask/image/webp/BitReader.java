package dev.unmask.image.webp;

import java.nio.ByteBuffer;

/// Reads numbers of some bits, the least significant first.
final class BitReader {

    private final ByteBuffer data;
    private long held;
    private int count;

    BitReader(ByteBuffer data) {
        this.data = data;
    }

    int bit() {
        return number(1);
    }

    boolean flag() {
        return number(1) != 0;
    }

    /// A number of at most 32 bits.
    int number(int bits) {
        while (count < bits) {
            if (!data.hasRemaining()) {
                throw Damage.truncated();
            }
            held |= (data.get() & 0xFFL) << count;
            count += 8;
        }
        int number = (int) (held & ((1L << bits) - 1));
        held >>>= bits;
        count -= bits;
        return number;
    }
}
