package dev.unmask.image.webp;

/// From luma and chroma planes to RGB. Chroma, stored at half the size, is enlarged by weights of 9, 3, 3 and 1
/// sixteenths, rounded as libwebp rounds.
final class Colors {

    private final Plane luma;
    private final Plane u;
    private final Plane v;
    private final int width;
    private final int height;

    Colors(Plane luma, Plane u, Plane v, int width, int height) {
        this.luma = luma;
        this.u = u;
        this.v = v;
        this.width = width;
        this.height = height;
    }

    byte[] rgb() {
        byte[] rgb = new byte[width * height * 3];
        int[] us = new int[width];
        int[] vs = new int[width];
        int to = 0;
        for (int y = 0; y < height; y++) {
            enlarge(u, y, us);
            enlarge(v, y, vs);
            int line = luma.at(0, y);
            for (int x = 0; x < width; x++) {
                int level = high(luma.get(line + x), 19077);
                rgb[to++] = clip(level + high(vs[x], 26149) - 14234);
                rgb[to++] = clip(level - high(us[x], 6419) - high(vs[x], 13320) + 8708);
                rgb[to++] = clip(level + high(us[x], 33050) - 17685);
            }
        }
        return rgb;
    }

    private void enlarge(Plane plane, int y, int[] samples) {
        int near = plane.at(0, y / 2);
        int far = plane.at(0, neighbour(y, height));
        for (int x = 0; x < width; x++) {
            int column = x / 2;
            int beside = neighbour(x, width);
            int nearest = plane.get(near + column);
            int cross = plane.get(near + beside) + plane.get(far + column);
            int mean = (nearest + 3 * cross + plane.get(far + beside) + 8) >> 3;
            samples[x] = (mean + nearest) >> 1;
        }
    }

    /// The second-nearest chroma sample of a luma sample, or the nearest at the picture's edge.
    private static int neighbour(int position, int length) {
        return Math.clamp(position / 2 + (position % 2 == 0 ? -1 : 1), 0, (length - 1) / 2);
    }

    private static int high(int value, int weight) {
        return (value * weight) >> 8;
    }

    private static byte clip(int value) {
        return (byte) Math.min(Math.max(value >> 6, 0), 255);
    }
}
