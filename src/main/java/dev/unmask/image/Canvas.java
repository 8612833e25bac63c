package dev.unmask.image;

import java.util.Arrays;

/// A picture in the making. Colours are 0xRRGGBB.
final class Canvas {

    private final int width;
    private final int height;
    private final byte[] rgb;

    Canvas(int width, int height, int color) {
        this.width = width;
        this.height = height;
        this.rgb = new byte[width * height * Picture.CHANNELS];
        fill(0, 0, width, height, color);
    }

    int width() {
        return width;
    }

    int height() {
        return height;
    }

    void fill(int left, int top, int right, int bottom, int color) {
        byte[] line = new byte[(right - left) * Picture.CHANNELS];
        for (int i = 0; i < line.length; i++) {
            line[i] = (byte) (color >> (16 - 8 * (i % Picture.CHANNELS)));
        }
        for (int y = top; y < bottom; y++) {
            System.arraycopy(line, 0, rgb, at(left, y), line.length);
        }
    }

    /// Paints a pixel over what is there, `level` of 255 parts.
    void blend(int x, int y, int color, int level) {
        int at = at(x, y);
        for (int shift = 16; shift >= 0; shift -= 8, at++) {
            int below = rgb[at] & 0xFF;
            rgb[at] = (byte) (below + Math.round((((color >> shift) & 0xFF) - below) * level / 255f));
        }
    }

    /// Places a picture, all of which must lie on the canvas.
    void place(Picture picture, int left, int top) {
        int line = picture.width() * Picture.CHANNELS;
        for (int y = 0; y < picture.height(); y++) {
            System.arraycopy(picture.rgb(), y * line, rgb, at(left, top + y), line);
        }
    }

    /// What has been painted so far.
    Picture picture() {
        return new Picture(width, height, Arrays.copyOf(rgb, rgb.length));
    }

    private int at(int x, int y) {
        return (y * width + x) * Picture.CHANNELS;
    }
}
