package dev.unmask.image;

import dev.unmask.Tensor;

/// A decoded picture: RGB, one byte a sample, row by row from the top left. Immutable.
public final class Picture {

    static final int CHANNELS = 3;

    private final int width;
    private final int height;
    private final byte[] rgb;

    /// Takes over `rgb`, which is not written to afterwards.
    Picture(int width, int height, byte[] rgb) {
        if (width < 1 || height < 1 || rgb.length != Math.multiplyExact(Math.multiplyExact(width, height), CHANNELS)) {
            throw new IllegalArgumentException(rgb.length + " bytes for " + width + " x " + height + " px");
        }
        this.width = width;
        this.height = height;
        this.rgb = rgb;
    }

    /// The picture in a uint8 tensor (height, width, 3).
    public static Picture of(Tensor tensor) {
        long[] shape = tensor.shape();
        if (tensor.type() != Tensor.Type.UINT8 || shape.length != 3 || shape[2] != CHANNELS) {
            throw new IllegalArgumentException(tensor + " is not a picture; uint8 (height, width, 3) is");
        }
        return new Picture((int) shape[1], (int) shape[0], tensor.toBytes());
    }

    public int width() {
        return width;
    }

    public int height() {
        return height;
    }

    /// A uint8 tensor (height, width, 3).
    public Tensor tensor() {
        return Tensor.of(rgb, height, width, CHANNELS);
    }

    /// Each pixel as a square of `scale` pixels a side.
    Picture enlarged(int scale) {
        byte[] large = new byte[rgb.length * scale * scale];
        int line = width * scale;
        for (int y = 0; y < height * scale; y++) {
            for (int x = 0; x < line; x++) {
                int from = (y / scale * width + x / scale) * CHANNELS;
                System.arraycopy(rgb, from, large, (y * line + x) * CHANNELS, CHANNELS);
            }
        }
        return new Picture(line, height * scale, large);
    }

    /// The samples themselves, not a copy: for reading only.
    byte[] rgb() {
        return rgb;
    }

    @Override
    public String toString() {
        return width + " x " + height + " px";
    }
}
