package dev.unmask.image.jpeg;

/// Brings a component that was stored at a part of the picture's size to its full size, row by row. Halves are blended,
/// three parts of the nearer sample with one of the farther; other parts are repeated. As libjpeg-turbo does it, with
/// its roundings.
final class Enlargement {

    /// Narrower components are not blended across.
    private static final int MIN_BLENDED = 3;

    private final Plane plane;
    private final int across;
    private final int down;
    private final boolean blendAcross;
    private final boolean blendDown;
    private final int[] sums;

    Enlargement(Plane plane, Frame frame) {
        this.plane = plane;
        this.across = whole(frame.maxAcross(), plane.component().across());
        this.down = whole(frame.maxDown(), plane.component().down());
        boolean wide = plane.width() >= MIN_BLENDED;
        this.blendAcross = across == 2 && down <= 2 && wide;
        this.blendDown = down == 2 && (across == 1 || blendAcross);
        this.sums = new int[plane.width()];
    }

    /// The samples of one row of the picture.
    void row(int y, int[] samples) {
        int near = y / down;
        if (across == 1 && down == 1) {
            copy(near, samples);
        } else if (!blendDown) {
            copy(near, sums);
            widen(samples);
        } else {
            int far = Math.clamp(near + (y % 2 == 0 ? -1 : 1), 0, plane.height() - 1);
            sum(near, far);
            if (blendAcross) {
                blend(samples, 4, 8, 7);
            } else {
                quarter(samples, y % 2 == 0 ? 1 : 2);
            }
        }
    }

    private void widen(int[] samples) {
        if (blendAcross) {
            blend(samples, 2, 1, 2);
            return;
        }
        for (int x = 0; x < samples.length; x++) {
            samples[x] = sums[x / across];
        }
    }

    private void quarter(int[] samples, int bias) {
        for (int x = 0; x < samples.length; x++) {
            samples[x] = (sums[x] + bias) >> 2;
        }
    }

    private void copy(int near, int[] to) {
        int from = near * plane.stride();
        byte[] samples = plane.samples();
        for (int x = 0; x < to.length; x++) {
            to[x] = samples[from + x] & 0xFF;
        }
    }

    private void sum(int near, int far) {
        int from = near * plane.stride();
        int other = far * plane.stride();
        byte[] samples = plane.samples();
        for (int x = 0; x < sums.length; x++) {
            sums[x] = 3 * (samples[from + x] & 0xFF) + (samples[other + x] & 0xFF);
        }
    }

    /// Two samples from each sum, blended with the sum before and the sum after it.
    private void blend(int[] samples, int shift, int biasBefore, int biasAfter) {
        int before = sums[0];
        int here = sums[0];
        for (int x = 0; x < samples.length; x += 2) {
            int after = sums[Math.min(x / 2 + 1, sums.length - 1)];
            samples[x] = (3 * here + before + biasBefore) >> shift;
            if (x + 1 < samples.length) {
                samples[x + 1] = (3 * here + after + biasAfter) >> shift;
            }
            before = here;
            here = after;
        }
    }

    private static int whole(int max, int own) {
        if (max % own != 0) {
            throw Damage.unsupported("with " + own + " samples of a component for " + max + " of another");
        }
        return max / own;
    }
}
