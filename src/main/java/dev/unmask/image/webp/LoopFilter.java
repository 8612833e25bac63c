package dev.unmask.image.webp;

/// Smooths the edges between blocks where the difference looks like one of compression, not of the picture.
final class LoopFilter {

    private final Plane plane;
    private final byte[] samples;

    LoopFilter(Plane plane) {
        this.plane = plane;
        this.samples = plane.samples();
    }

    /// Filters the edges of one macroblock in this plane, those above and at the left and those within it.
    ///
    /// @param side of a macroblock in this plane
    /// @param within whether edges between its blocks are filtered too
    void macroblock(int x, int y, int side, FilterHeader.Strength strength, boolean within, boolean simple) {
        int line = plane.stride();
        if (x > 0) {
            edge(plane.at(x, y), line, 1, side, strength, true, simple);
        }
        for (int i = 4; within && i < side; i += 4) {
            edge(plane.at(x + i, y), line, 1, side, strength, false, simple);
        }
        if (y > 0) {
            edge(plane.at(x, y), 1, line, side, strength, true, simple);
        }
        for (int i = 4; within && i < side; i += 4) {
            edge(plane.at(x, y + i), 1, line, side, strength, false, simple);
        }
    }

    /// @param at the first sample behind the edge
    /// @param along the edge from sample to sample
    /// @param across the edge from sample to sample
    private void edge(
            int at, int along, int across, int length, FilterHeader.Strength strength, boolean outer, boolean simple) {
        int limit = 2 * (strength.limit() + (outer ? 4 : 0)) + 1;
        for (int i = 0, p = at; i < length; i++, p += along) {
            if (simple) {
                if (steep(p, across) <= limit) {
                    pair(p, across);
                }
            } else if (steep(p, across) <= limit && smooth(p, across, strength.inner())) {
                if (contour(p, across, strength.variance())) {
                    pair(p, across);
                } else if (outer) {
                    six(p, across);
                } else {
                    four(p, across);
                }
            }
        }
    }

    private int steep(int p, int step) {
        return 4 * difference(p - step, p) + difference(p - 2 * step, p + step);
    }

    private boolean smooth(int p, int step, int limit) {
        return difference(p - 4 * step, p - 3 * step) <= limit
                && difference(p - 3 * step, p - 2 * step) <= limit
                && difference(p - 2 * step, p - step) <= limit
                && difference(p + 3 * step, p + 2 * step) <= limit
                && difference(p + 2 * step, p + step) <= limit
                && difference(p + step, p) <= limit;
    }

    private boolean contour(int p, int step, int limit) {
        return difference(p - 2 * step, p - step) > limit || difference(p + step, p) > limit;
    }

    private void pair(int p, int step) {
        int slope = 3 * (get(p) - get(p - step)) + signed(get(p - 2 * step) - get(p + step));
        add(p - step, small((slope + 3) >> 3));
        add(p, -small((slope + 4) >> 3));
    }

    private void four(int p, int step) {
        int slope = 3 * (get(p) - get(p - step));
        int behind = small((slope + 4) >> 3);
        int outer = (behind + 1) >> 1;
        add(p - 2 * step, outer);
        add(p - step, small((slope + 3) >> 3));
        add(p, -behind);
        add(p + step, -outer);
    }

    private void six(int p, int step) {
        int slope = signed(3 * (get(p) - get(p - step)) + signed(get(p - 2 * step) - get(p + step)));
        for (int i = 1, weight = 27; i <= 3; i++, weight -= 9) {
            int correction = (weight * slope + 63) >> 7;
            add(p - i * step, correction);
            add(p + (i - 1) * step, -correction);
        }
    }

    private void add(int p, int correction) {
        samples[p] = (byte) clip(get(p) + correction);
    }

    private int difference(int p, int q) {
        return Math.abs(get(p) - get(q));
    }

    private int get(int p) {
        return samples[p] & 0xFF;
    }

    private static int signed(int value) {
        return Math.min(Math.max(value, -128), 127);
    }

    private static int small(int value) {
        return Math.min(Math.max(value, -16), 15);
    }

    private static int clip(int value) {
        return Math.min(Math.max(value, 0), 255);
    }
}
