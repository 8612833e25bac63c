package dev.unmask.image;

import dev.unmask.Fault;
import dev.unmask.UnmaskException;

/// How large a picture may be, checked from its header before anything is decoded.
///
/// @param maxPixels width times height
/// @param maxSide in pixels
public record Limits(long maxPixels, int maxSide) {

    /// 100 megapixels, 20 000 pixels a side.
    public static final Limits DEFAULT = new Limits(100_000_000, 20_000);

    /// Memory that decoding takes for each pixel of a picture, at most.
    public static final int BYTES_PER_PIXEL = 16;

    private static final int ARRAY_PIXELS = Integer.MAX_VALUE / Picture.CHANNELS;

    public Limits {
        if (maxPixels < 1 || maxSide < 1 || maxPixels > ARRAY_PIXELS) {
            throw new IllegalArgumentException("limits of " + maxPixels + " px and " + maxSide
                    + " px a side; an array holds " + ARRAY_PIXELS + " px");
        }
    }

    /// Refuses a picture that is too large or has no pixels.
    void check(long width, long height) {
        if (width < 1 || height < 1) {
            throw UnmaskException.invalid("picture is " + width + " x " + height + " px: it has no pixels");
        }
        if (width > maxSide || height > maxSide) {
            throw new UnmaskException(
                    Fault.TOO_LARGE,
                    "picture is " + width + " x " + height + " px; the limit is " + maxSide + " px a side");
        }
        if (width * height > maxPixels) {
            throw new UnmaskException(
                    Fault.TOO_LARGE,
                    "picture is " + width + " x " + height + " = " + width * height + " px; the limit is " + maxPixels
                            + " px");
        }
    }
}
