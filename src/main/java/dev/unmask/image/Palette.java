package dev.unmask.image;

import java.nio.ByteBuffer;

/// Up to 256 colours by number, each 0xRRGGBB; black where a file names none, as Pillow has it.
final class Palette {

    private static final int COLORS = 256;

    private final int[] colors = new int[COLORS];

    private Palette() {}

    /// Grey from black at 0 to white at `white`.
    static Palette grey(int white) {
        var palette = new Palette();
        for (int level = 0; level <= white; level++) {
            palette.colors[level] = level * 255 / white * 0x010101;
        }
        return palette;
    }

    /// Reads entries of red, green and blue until the bytes end.
    static Palette rgb(ByteBuffer entries) {
        var palette = new Palette();
        for (int i = 0; i < COLORS && entries.remaining() >= 3; i++) {
            palette.colors[i] = ((entries.get() & 0xFF) << 16) | ((entries.get() & 0xFF) << 8) | (entries.get() & 0xFF);
        }
        return palette;
    }

    /// Reads entries of blue, green, red and whatever fills up `size` bytes, until the bytes end.
    static Palette bgr(ByteBuffer entries, int size) {
        var palette = new Palette();
        for (int i = 0; i < COLORS && (i + 1) * size <= entries.limit(); i++) {
            int at = i * size;
            palette.colors[i] = (entries.get(at) & 0xFF)
                    | ((entries.get(at + 1) & 0xFF) << 8)
                    | ((entries.get(at + 2) & 0xFF) << 16);
        }
        return palette;
    }

    /// Writes the colour of a number at `rgb[at]` and the two bytes after.
    void put(int number, byte[] rgb, int at) {
        int color = colors[number];
        rgb[at] = (byte) (color >> 16);
        rgb[at + 1] = (byte) (color >> 8);
        rgb[at + 2] = (byte) color;
    }
}
