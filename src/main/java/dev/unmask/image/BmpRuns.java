package dev.unmask.image;

import java.nio.ByteBuffer;

/// The run-length encoding of BMP, of bytes or of half bytes: pairs of a count and a value, and escapes between them.
final class BmpRuns {

    private final ByteBuffer data;
    private final boolean nibbles;
    private final int width;
    private final byte[] output;
    private int written;

    private BmpRuns(ByteBuffer data, boolean nibbles, int width, int length) {
        this.data = data;
        this.nibbles = nibbles;
        this.width = width;
        this.output = new byte[length];
    }

    /// Decodes the numbers of all pixels, line after line as stored.
    static byte[] decode(ByteBuffer data, boolean nibbles, int width, int length) {
        var runs = new BmpRuns(data, nibbles, width, length);
        while (runs.written < length) {
            runs.step();
        }
        return runs.output;
    }

    private void step() {
        int count = data.get() & 0xFF;
        int value = data.get() & 0xFF;
        if (count > 0) {
            run(count, value);
            return;
        }
        switch (value) {
            case 0 -> skip(Math.floorMod(-written, width));
            case 1 -> throw Format.BMP.truncated();
            case 2 -> skip((data.get() & 0xFF) + (data.get() & 0xFF) * width);
            default -> literal(value);
        }
    }

    /// A run ends where its line ends.
    private void run(int count, int value) {
        int left = width - written % width;
        for (int i = 0; i < Math.min(count, left); i++) {
            put(nibble(value, i));
        }
    }

    private void literal(int count) {
        int value = 0;
        for (int i = 0; i < count; i++) {
            if (!nibbles || i % 2 == 0) {
                value = data.get() & 0xFF;
            }
            put(nibble(value, i));
        }
        if (data.position() % 2 != 0 && data.hasRemaining()) {
            data.get();
        }
    }

    private int nibble(int value, int i) {
        if (!nibbles) {
            return value;
        }
        return i % 2 == 0 ? value >> 4 : value & 0xF;
    }

    private void put(int value) {
        if (written < output.length) {
            output[written++] = (byte) value;
        }
    }

    private void skip(int pixels) {
        written = (int) Math.min((long) written + pixels, output.length);
    }
}
