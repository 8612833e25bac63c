package dev.unmask.image;

/// The eight ways a camera may have been held, numbered 1 to 8 in EXIF.
enum Orientation {
    UPRIGHT(false, false, false),
    MIRRORED(false, true, false),
    TURNED_HALF(false, true, true),
    FLIPPED(false, false, true),
    TRANSPOSED(true, false, false),
    TURNED_LEFT(true, false, true),
    TRANSVERSED(true, true, true),
    TURNED_RIGHT(true, true, false);

    private final boolean swap;
    private final boolean fromRight;
    private final boolean fromBottom;

    /// @param swap rows become columns
    /// @param fromRight stored rows are read from the right
    /// @param fromBottom stored columns are read from the bottom
    Orientation(boolean swap, boolean fromRight, boolean fromBottom) {
        this.swap = swap;
        this.fromRight = fromRight;
        this.fromBottom = fromBottom;
    }

    /// The orientation with an EXIF number; upright where the number means nothing.
    static Orientation of(int number) {
        return switch (number) {
            case 2 -> MIRRORED;
            case 3 -> TURNED_HALF;
            case 4 -> FLIPPED;
            case 5 -> TRANSPOSED;
            case 6 -> TURNED_LEFT;
            case 7 -> TRANSVERSED;
            case 8 -> TURNED_RIGHT;
            default -> UPRIGHT;
        };
    }

    /// The picture as it should be seen.
    Picture apply(Picture stored) {
        if (this == UPRIGHT) {
            return stored;
        }
        int width = swap ? stored.height() : stored.width();
        int height = swap ? stored.width() : stored.height();
        byte[] from = stored.rgb();
        byte[] to = new byte[from.length];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                System.arraycopy(from, source(stored, x, y), to, (y * width + x) * Picture.CHANNELS, Picture.CHANNELS);
            }
        }
        return new Picture(width, height, to);
    }

    /// Its size then.
    Decoder.Size apply(Decoder.Size stored) {
        int width = swap ? stored.height() : stored.width();
        int height = swap ? stored.width() : stored.height();
        return new Decoder.Size(width, height);
    }

    private int source(Picture stored, int x, int y) {
        int column = swap ? y : x;
        int row = swap ? x : y;
        int storedX = fromRight ? stored.width() - 1 - column : column;
        int storedY = fromBottom ? stored.height() - 1 - row : row;
        return (storedY * stored.width() + storedX) * Picture.CHANNELS;
    }
}
