package dev.unmask.image;

import java.util.List;

/// The colour spaces of JPEG, and their way to RGB in libjpeg's fixed-point arithmetic.
enum JpegColors {
    GREY(1) {
        @Override
        int rgb(int[] samples, int at) {
            return samples[at] * 0x010101;
        }
    },
    RGB(3) {
        @Override
        int rgb(int[] samples, int at) {
            return pack(samples[at], samples[at + 1], samples[at + 2]);
        }
    },
    YCBCR(3) {
        @Override
        int rgb(int[] samples, int at) {
            return fromYcc(samples[at], samples[at + 1] - 128, samples[at + 2] - 128);
        }
    },
    /// Stored inverted, as Adobe's programs do and every reader assumes.
    CMYK(4) {
        @Override
        int rgb(int[] samples, int at) {
            int black = samples[at + 3];
            return pack(
                    ink(255 - samples[at], black),
                    ink(255 - samples[at + 1], black),
                    ink(255 - samples[at + 2], black));
        }
    },
    /// Inverted CMYK whose first three inks were taken for RGB and stored as YCbCr.
    YCCK(4) {
        @Override
        int rgb(int[] samples, int at) {
            int inks = fromYcc(samples[at], samples[at + 1] - 128, samples[at + 2] - 128);
            int black = samples[at + 3];
            return pack(ink(inks >> 16, black), ink((inks >> 8) & 0xFF, black), ink(inks & 0xFF, black));
        }
    };

    private static final int HALF = 1 << 15;
    private static final int CR_TO_RED = fixed(1.40200);
    private static final int CB_TO_BLUE = fixed(1.77200);
    private static final int CR_TO_GREEN = fixed(0.71414);
    private static final int CB_TO_GREEN = fixed(0.34414);

    private final int channels;

    JpegColors(int channels) {
        this.channels = channels;
    }

    /// The colour space of a file, by the rules of libjpeg.
    ///
    /// @param adobeTransform what an Adobe segment says, or -1
    static JpegColors of(List<Integer> components, boolean jfif, int adobeTransform) {
        return switch (components.size()) {
            case 1 -> GREY;
            case 3 -> ofThree(components, jfif, adobeTransform);
            case 4 -> adobeTransform == 2 ? YCCK : CMYK;
            default -> throw Format.JPEG.unsupported("with " + components.size() + " colour components");
        };
    }

    private static JpegColors ofThree(List<Integer> components, boolean jfif, int adobeTransform) {
        if (jfif) {
            return YCBCR;
        }
        if (adobeTransform >= 0) {
            return adobeTransform == 0 ? RGB : YCBCR;
        }
        return components.equals(List.of((int) 'R', (int) 'G', (int) 'B')) ? RGB : YCBCR;
    }

    /// Converts the samples of whole pixels.
    void toRgb(int[] samples, byte[] rgb, int offset) {
        int to = offset;
        for (int at = 0; at < samples.length; at += channels) {
            int pixel = rgb(samples, at);
            rgb[to++] = (byte) (pixel >> 16);
            rgb[to++] = (byte) (pixel >> 8);
            rgb[to++] = (byte) pixel;
        }
    }

    abstract int rgb(int[] samples, int at);

    private static int fromYcc(int luma, int cb, int cr) {
        int red = luma + ((CR_TO_RED * cr + HALF) >> 16);
        int green = luma + ((-CB_TO_GREEN * cb - CR_TO_GREEN * cr + HALF) >> 16);
        int blue = luma + ((CB_TO_BLUE * cb + HALF) >> 16);
        return pack(clip(red), clip(green), clip(blue));
    }

    /// Pillow's way from CMYK: `key - key * ink / 255` with `key` what black leaves of white.
    private static int ink(int ink, int key) {
        int product = key * ink + 128;
        return clip(key - (((product >> 8) + product) >> 8));
    }

    private static int pack(int red, int green, int blue) {
        return red << 16 | green << 8 | blue;
    }

    private static int clip(int value) {
        return Math.clamp(value, 0, 255);
    }

    private static int fixed(double value) {
        return (int) (value * 65536 + 0.5);
    }
}
