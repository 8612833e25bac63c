package dev.unmask.image.webp;

/// What was done to the pixels of VP8L before they were coded. Pixels are 0xAARRGGBB.
///
/// Some transforms differ from block to block, or have a palette: `guide` is the picture that tells.
final class LosslessTransform {

    private static final int OPAQUE_BLACK = 0xFF000000;

    enum Kind {
        PREDICTION,
        COLOR,
        SUBTRACT_GREEN,
        PALETTE;

        /// The kind that a number of two bits stands for.
        static Kind of(int number) {
            return switch (number) {
                case 0 -> PREDICTION;
                case 1 -> COLOR;
                case 2 -> SUBTRACT_GREEN;
                default -> PALETTE;
            };
        }
    }

    private final Kind kind;
    private final int width;
    private final int height;
    /// The logarithm of a block's side; for palettes that of the pixels in a byte.
    private final int bits;

    private final int[] guide;

    private LosslessTransform(Kind kind, int width, int height, int bits, int[] guide) {
        this.kind = kind;
        this.width = width;
        this.height = height;
        this.bits = bits;
        this.guide = guide;
    }

    static LosslessTransform read(Kind kind, BitReader reader, int width, int height) {
        return switch (kind) {
            case PREDICTION, COLOR -> {
                int bits = 2 + reader.number(3);
                int columns = Math.ceilDiv(width, 1 << bits);
                int rows = Math.ceilDiv(height, 1 << bits);
                yield new LosslessTransform(kind, width, height, bits, PixelStream.helper(reader, columns, rows));
            }
            case SUBTRACT_GREEN -> new LosslessTransform(kind, width, height, 0, new int[0]);
            case PALETTE -> {
                int[] colors = PixelStream.helper(reader, reader.number(8) + 1, 1);
                for (int i = 1; i < colors.length; i++) {
                    colors[i] = sum(colors[i], colors[i - 1]);
                }
                int bits = colors.length <= 2 ? 3 : colors.length <= 4 ? 2 : colors.length <= 16 ? 1 : 0;
                yield new LosslessTransform(kind, width, height, bits, colors);
            }
        };
    }

    /// The width of the transformed picture: less than the picture's where a palette is so small that pixels share.
    int packedWidth() {
        return kind == Kind.PALETTE ? Math.ceilDiv(width, 1 << bits) : width;
    }

    /// The pixels before the transform; the array may be reused.
    int[] undo(int[] pixels) {
        return switch (kind) {
            case PREDICTION -> predict(pixels);
            case COLOR -> recolor(pixels);
            case SUBTRACT_GREEN -> addGreen(pixels);
            case PALETTE -> unpack(pixels);
        };
    }

    private int[] predict(int[] pixels) {
        for (int at = 0; at < pixels.length; at++) {
            int x = at % width;
            int predicted;
            if (at == 0) {
                predicted = OPAQUE_BLACK;
            } else if (at < width) {
                predicted = pixels[at - 1];
            } else if (x == 0) {
                predicted = pixels[at - width];
            } else {
                predicted = predicted((guide[block(x, at / width)] >> 8) & 0xF, pixels, at);
            }
            pixels[at] = sum(pixels[at], predicted);
        }
        return pixels;
    }

    private int predicted(int mode, int[] pixels, int at) {
        int left = pixels[at - 1];
        int top = pixels[at - width];
        int topLeft = pixels[at - width - 1];
        int topRight = pixels[at - width + 1]; // of the last column, the row's first
        return switch (mode) {
            case 1 -> left;
            case 2 -> top;
            case 3 -> topRight;
            case 4 -> topLeft;
            case 5 -> mean(mean(left, topRight), top);
            case 6 -> mean(left, topLeft);
            case 7 -> mean(left, top);
            case 8 -> mean(topLeft, top);
            case 9 -> mean(top, topRight);
            case 10 -> mean(mean(left, topLeft), mean(top, topRight));
            case 11 -> select(left, top, topLeft);
            case 12 -> gradient(left, top, topLeft);
            case 13 -> halfGradient(mean(left, top), topLeft);
            default -> OPAQUE_BLACK;
        };
    }

    private int[] recolor(int[] pixels) {
        for (int at = 0; at < pixels.length; at++) {
            int pixel = pixels[at];
            int element = guide[block(at % width, at / width)];
            int green = pixel >> 8;
            int red = (pixel >> 16) + delta(element, green);
            int blue = pixel + delta(element >> 8, green) + delta(element >> 16, red);
            pixels[at] = (pixel & 0xFF00FF00) | ((red & 0xFF) << 16) | (blue & 0xFF);
        }
        return pixels;
    }

    private static int[] addGreen(int[] pixels) {
        for (int at = 0; at < pixels.length; at++) {
            int green = (pixels[at] >> 8) & 0xFF;
            pixels[at] = sum(pixels[at], (green << 16) | green);
        }
        return pixels;
    }

    private int[] unpack(int[] packed) {
        int[] pixels = new int[width * height];
        int size = 8 >> bits;
        int columns = packedWidth();
        for (int at = 0; at < pixels.length; at++) {
            int x = at % width;
            int shared = (packed[at / width * columns + (x >> bits)] >> 8) & 0xFF;
            int number = (shared >> ((x & ((1 << bits) - 1)) * size)) & ((1 << size) - 1);
            pixels[at] = number < guide.length ? guide[number] : 0;
        }
        return pixels;
    }

    private int block(int x, int y) {
        return (y >> bits) * Math.ceilDiv(width, 1 << bits) + (x >> bits);
    }

    private static int delta(int factor, int color) {
        return ((byte) factor * (byte) color) >> 5;
    }

    /// Each component for itself, modulo 256.
    private static int sum(int a, int b) {
        int alphaGreen = (a & 0xFF00FF00) + (b & 0xFF00FF00);
        int redBlue = (a & 0x00FF00FF) + (b & 0x00FF00FF);
        return (alphaGreen & 0xFF00FF00) | (redBlue & 0x00FF00FF);
    }

    /// Each component for itself, rounded down.
    private static int mean(int a, int b) {
        return (((a ^ b) & 0xFEFEFEFE) >>> 1) + (a & b);
    }

    /// Of left and top the one nearer to `left + top - topLeft`, all components together.
    private static int select(int left, int top, int topLeft) {
        int toLeft = 0;
        int toTop = 0;
        for (int shift = 0; shift < 32; shift += 8) {
            toLeft += Math.abs(component(top, shift) - component(topLeft, shift));
            toTop += Math.abs(component(left, shift) - component(topLeft, shift));
        }
        return toLeft < toTop ? left : top;
    }

    private static int gradient(int left, int top, int topLeft) {
        int pixel = 0;
        for (int shift = 0; shift < 32; shift += 8) {
            int value = component(left, shift) + component(top, shift) - component(topLeft, shift);
            pixel |= clip(value) << shift;
        }
        return pixel;
    }

    private static int halfGradient(int mean, int topLeft) {
        int pixel = 0;
        for (int shift = 0; shift < 32; shift += 8) {
            int value = component(mean, shift);
            pixel |= clip(value + (value - component(topLeft, shift)) / 2) << shift;
        }
        return pixel;
    }

    private static int component(int pixel, int shift) {
        return (pixel >>> shift) & 0xFF;
    }

    private static int clip(int value) {
        return Math.min(Math.max(value, 0), 255);
    }
}
