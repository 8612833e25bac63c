package dev.unmask.image.jpeg;

import java.nio.ByteBuffer;

/// The bits of a scan, up to the next marker. What is missing then is taken for zeros, and refused when it is used.
final class EntropyReader {

    /// A code and its extra bits can be read without looking again.
    private static final int ENOUGH = 32;

    private final byte[] data;
    private final ByteBuffer file;
    private int at;
    private long window;
    private int count;
    private int padding;

    /// @param data all of the file
    /// @param file at the first byte of the scan
    EntropyReader(byte[] data, ByteBuffer file) {
        this.data = data;
        this.file = file;
        this.at = file.position();
    }

    /// The next bits, at most 16, without consuming them.
    int peek(int bits) {
        if (count < ENOUGH) {
            fill();
        }
        return (int) (window >>> (count - bits)) & ((1 << bits) - 1);
    }

    void skip(int bits) {
        count -= bits;
    }

    /// An unsigned number of at most 16 bits.
    int number(int bits) {
        int number = peek(bits);
        count -= bits;
        return number;
    }

    boolean flag() {
        return number(1) != 0;
    }

    /// A number of which the highest bit tells the sign: set where it is positive.
    int signed(int bits) {
        int number = number(bits);
        return bits == 0 || number >> (bits - 1) != 0 ? number : number - (1 << bits) + 1;
    }

    /// Passes over the restart marker of a number from 0 to 7, which must come now.
    void restart(int number) {
        finish();
        if (new Segments(file).next().marker() != 0xD0 + number) {
            throw Damage.corrupt("a restart marker is missing");
        }
        at = file.position();
    }

    /// Ends the scan; the file is then at what follows it.
    void finish() {
        requireReal();
        file.position(at);
        window = 0;
        count = 0;
        padding = 0;
    }

    private void fill() {
        requireReal();
        while (count <= 48) {
            window = (window << 8) | octet();
            count += 8;
        }
    }

    private int octet() {
        int octet = at < data.length ? data[at] & 0xFF : 0xFF;
        if (octet < 0xFF) {
            at++;
            return octet;
        }
        if (at + 1 < data.length && data[at + 1] == 0) {
            at += 2;
            return octet;
        }
        padding += 8;
        return 0;
    }

    private void requireReal() {
        if (count >= padding) {
            return;
        }
        throw data.length - at < 2 ? Damage.truncated() : Damage.corrupt("a scan ends too early");
    }
}
