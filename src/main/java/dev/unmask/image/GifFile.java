package dev.unmask.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// The first picture of a GIF file, on a canvas of its transparent colour, or of colour 0 where none is transparent.
/// The canvas is as large as the file says, or larger where the picture reaches beyond.
///
/// @param palette of the picture itself, or of the whole file, or grey
/// @param background number of the canvas's colour
/// @param data positioned at the compressed pixels
record GifFile(int width, int height, Area area, Palette palette, int background, ByteBuffer data) implements Encoded {

    private static final int SCREEN = 6;
    private static final int EXTENSION = 0x21;
    private static final int GRAPHIC_CONTROL = 0xF9;
    private static final int PICTURE = 0x2C;

    /// Where the picture lies on the canvas.
    ///
    /// @param interlaced every eighth line first, then those between
    record Area(int left, int top, int width, int height, boolean interlaced) {}

    static GifFile open(byte[] file) {
        ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).position(SCREEN);
        int width = number(bytes);
        int height = number(bytes);
        int flags = bytes.get();
        bytes.getShort();
        Palette shared = palette(bytes, flags, Palette.grey(255));
        int background = transparent(bytes);
        var origin = new int[] {number(bytes), number(bytes), number(bytes), number(bytes)};
        int local = bytes.get();
        var area = new Area(origin[0], origin[1], origin[2], origin[3], (local & 0x40) != 0);
        Palette own = palette(bytes, local, shared);
        if (area.width < 1 || area.height < 1) {
            throw Format.GIF.corrupt("its first picture is " + area.width + " x " + area.height + " px");
        }
        return new GifFile(
                Math.max(width, area.left + area.width),
                Math.max(height, area.top + area.height),
                area,
                own,
                background,
                bytes.slice());
    }

    @Override
    public Orientation orientation() {
        return Orientation.UPRIGHT;
    }

    @Override
    public byte[] rgb() {
        byte[] numbers = Lzw.decode(data.duplicate(), area.width * area.height);
        byte[] rgb = new byte[width * height * Picture.CHANNELS];
        for (int at = 0; at < rgb.length; at += Picture.CHANNELS) {
            palette.put(background, rgb, at);
        }
        int[] lines = lines();
        for (int i = 0; i < numbers.length; i++) {
            int y = area.top + lines[i / area.width];
            int x = area.left + i % area.width;
            palette.put(numbers[i] & 0xFF, rgb, (y * width + x) * Picture.CHANNELS);
        }
        return rgb;
    }

    /// Where the lines go, in the order they are stored.
    private int[] lines() {
        int[] lines = new int[area.height];
        int line = 0;
        int[][] passes = area.interlaced ? new int[][] {{0, 8}, {4, 8}, {2, 4}, {1, 2}} : new int[][] {{0, 1}};
        for (int[] pass : passes) {
            for (int y = pass[0]; y < area.height; y += pass[1]) {
                lines[line++] = y;
            }
        }
        return lines;
    }

    /// Reads up to the first picture; answers the colour that is transparent in it, or 0.
    private static int transparent(ByteBuffer bytes) {
        int transparent = 0;
        while (true) {
            switch (bytes.get() & 0xFF) {
                case PICTURE -> {
                    return transparent;
                }
                case EXTENSION -> transparent = extension(bytes, transparent);
                case 0x3B -> throw Format.GIF.corrupt("it holds no picture");
                default -> {}
            }
        }
    }

    private static int extension(ByteBuffer bytes, int before) {
        int transparent = before;
        boolean control = (bytes.get() & 0xFF) == GRAPHIC_CONTROL;
        for (int length = bytes.get() & 0xFF; length > 0; length = bytes.get() & 0xFF) {
            if (control && length >= 4 && (bytes.get(bytes.position()) & 1) != 0) {
                transparent = bytes.get(bytes.position() + 3) & 0xFF;
            }
            control = false;
            skip(bytes, length);
        }
        return transparent;
    }

    private static Palette palette(ByteBuffer bytes, int flags, Palette otherwise) {
        if ((flags & 0x80) == 0) {
            return otherwise;
        }
        int length = 3 << ((flags & 7) + 1);
        ByteBuffer entries = bytes.slice(bytes.position(), length);
        skip(bytes, length);
        return Palette.rgb(entries);
    }

    private static void skip(ByteBuffer bytes, int length) {
        if (length > bytes.remaining()) {
            throw Format.GIF.truncated();
        }
        bytes.position(bytes.position() + length);
    }

    private static int number(ByteBuffer bytes) {
        return bytes.getShort() & 0xFFFF;
    }
}
