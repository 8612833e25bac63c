package dev.unmask.image.jpeg;

import java.util.List;

/// The colour spaces of JPEG, and their way to RGB in libjpeg's fixed-point arithmetic, and then Pillow's for inks.
enum ColorSpace {
    GREY {
        @Override
        int rgb(int grey, int unused, int none, int nil) {
            return grey * 0x010101;
        }
    },
    RGB {
        @Override
        int rgb(int red, int green, int blue, int unused) {
            return pack(red, green, blue);
        }
    },
    YCBCR {
        @Override
        int rgb(int luma, int cb, int cr, int unused) {
            return fromYcc(luma, cb - 128, cr - 128);
        }
    },
    /// Stored inverted, as Adobe's programs do and every reader assumes.
    CMYK {
        @Override
        int rgb(int cyan, int magenta, int yellow, int black) {
            return pack(ink(255 - cyan, black), ink(255 - magenta, black), ink(255 - yellow, black));
        }
    },
    /// Inverted CMYK whose first three inks were taken for RGB and stored as YCbCr.
    YCCK {
        @Override
        int rgb(int luma, int cb, int cr, int black) {
            int inks = fromYcc(luma, cb - 128, cr - 128);
            return pack(ink(inks >> 16, black), ink((inks >> 8) & 0xFF, black), ink(inks & 0xFF, black));
        }
    };

    private static final int HALF = 1 << 15;
    private static final int CR_TO_RED = fixed(1.40200);
    private static final int CB_TO_BLUE = fixed(1.77200);
    private static final int CR_TO_GREEN = fixed(0.71414);
    private static final int CB_TO_GREEN = fixed(0.34414);

    /// The colour space of a file, by the rules of libjpeg.
    ///
    /// @param names of the components
    /// @param adobeTransform what an Adobe segment says, or -1
    static ColorSpace of(List<Integer> names, boolean jfif, int adobeTransform) {
        return switch (names.size()) {
            case 1 -> GREY;
            case 3 -> ofThree(names, jfif, adobeTransform);
            case 4 -> adobeTransform == 2 ? YCCK : CMYK;
            default -> throw Damage.unsupported("with " + names.size() + " colour components");
        };
    }

    private static ColorSpace ofThree(List<Integer> names, boolean jfif, int adobeTransform) {
        if (jfif) {
            return YCBCR;
        }
        if (adobeTransform >= 0) {
            return adobeTransform == 0 ? RGB : YCBCR;
        }
        return names.equals(List.of((int) 'R', (int) 'G', (int) 'B')) ? RGB : YCBCR;
    }

    /// The colour of a pixel, 0xRRGGBB, from as many samples as there are components.
    abstract int rgb(int first, int second, int third, int fourth);

    /// Writes a row of pixels, three bytes each, from a row of each component.
    void convert(int[][] rows, byte[] rgb, int at) {
        int[] first = rows[0];
        int[] second = rows[1];
        int[] third = rows[2];
        int[] fourth = rows[3];
        for (int x = 0, to = at; x < first.length; x++, to += 3) {
            int pixel = rgb(first[x], second[x], third[x], fourth[x]);
            rgb[to] = (byte) (pixel >> 16);
            rgb[to + 1] = (byte) (pixel >> 8);
            rgb[to + 2] = (byte) pixel;
        }
    }

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
        return (red << 16) | (green << 8) | blue;
    }

    private static int clip(int value) {
        return Math.min(Math.max(value, 0), 255);
    }

    private static int fixed(double value) {
        return (int) (value * 65536 + 0.5);
    }
}
