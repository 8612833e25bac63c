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
        for (int y = top; y < bottom; y++) {
            for (int x = left; x < right; x++) {
                blend(x, y, color, 255);
            }
        }
    }

    /// Paints a pixel over what is there, `level` of 255 parts.
    void blend(int x, int y, int color, int level) {
        int at = (y * width + x) * Picture.CHANNELS;
        for (int shift = 16; shift >= 0; shift -= 8, at++) {
            int below = rgb[at] & 0xFF;
            rgb[at] = (byte) (below + Math.round((((color >> shift) & 0xFF) - below) * level / 255f));
        }
    }

    /// Places a picture, each of its pixels `scale` x `scale` large.
    void place(Picture picture, int left, int top, int scale) {
        for (int y = 0; y < picture.height() * scale; y++) {
            for (int x = 0; x < picture.width() * scale; x++) {
                int from = (y / scale * picture.width() + x / scale) * Picture.CHANNELS;
                System.arraycopy(
                        picture.rgb(), from, rgb, ((top + y) * width + left + x) * Picture.CHANNELS, Picture.CHANNELS);
            }
        }
    }

    /// What has been painted so far.
    Picture picture() {
        return new Picture(width, height, Arrays.copyOf(rgb, rgb.length));
    }
}
