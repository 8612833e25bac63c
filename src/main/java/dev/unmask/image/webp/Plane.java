package dev.unmask.image.webp;

import java.util.Arrays;

/// The samples of one component, in whole macroblocks, with a border above (127) and at the left (129) that prediction
/// reads from.
final class Plane {

    /// How far prediction looks beyond the right edge.
    private static final int REACH = 4;

    private final int stride;
    private final byte[] samples;

    Plane(int width, int height) {
        this.stride = width + 1 + REACH;
        this.samples = new byte[Math.multiplyExact(stride, height + 1)];
        Arrays.fill(samples, 0, stride, (byte) 127);
        for (int y = 0; y < height; y++) {
            samples[at(-1, y)] = (byte) 129;
        }
    }

    int stride() {
        return stride;
    }

    /// The samples, for those who work in place.
    byte[] samples() {
        return samples;
    }

    /// The index of a sample; -1 is the border.
    int at(int x, int y) {
        return (y + 1) * stride + x + 1;
    }

    int get(int at) {
        return samples[at] & 0xFF;
    }
}
