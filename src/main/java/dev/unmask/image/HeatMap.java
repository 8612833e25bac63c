package dev.unmask.image;

import dev.unmask.Tensor;
import java.util.Locale;

/// Heat laid over a photo, with the scale of its colours below: where there is none the photo shows in grey, and the
/// hotter it is the more of it is colour.
public final class HeatMap {

    /// From 0 to the scale's end in even steps. The lightness grows evenly (OKLab 0.20 to 0.95) while the hue turns
    /// from
    /// violet over red to yellow, so that the map keeps its order on grey paper and to colour-blind eyes.
    private static final int[] COLORS = {
        0x190340, 0x2C0650, 0x42085B, 0x590C63, 0x721067, 0x8B1466, 0xA51962, 0xBD2359, 0xD1364D, 0xE24B3E, 0xF16029,
        0xF67D27, 0xF9972F, 0xFAB045, 0xFBC75A, 0xFCDD6E, 0xFEF474
    };

    /// The error of a guess that knows nothing but the mean, in normalised pixels: their variance.
    private static final float ORDINARY = 1;

    private static final int LIGHT = 0xFFFFFF;
    private static final int DARK = 0x22252A;
    private static final int PADDING = 4;
    private static final float MIN_COVER = 0.35f;
    private static final float MAX_COVER = 0.85f;
    private static final int DIMMED = 65; // percent
    private static final int OPAQUE = 255;

    private final Picture photo;
    private final float[] heat;
    private final float end;

    private HeatMap(Picture photo, float[] heat) {
        if (heat.length != photo.width() * photo.height()) {
            throw new IllegalArgumentException(heat.length + " values of heat over " + photo);
        }
        this.photo = photo;
        this.heat = heat;
        float hottest = ORDINARY;
        for (float value : heat) {
            hottest = Math.max(hottest, value);
        }
        this.end = hottest;
    }

    /// Draws heat over a photo, uint8 (height and a scale's, width, 3). The colours reach from 0 to 1, or to the
    /// hottest pixel where that is more, so that an ordinary picture stays dark.
    ///
    /// @param photo uint8 (height, width, 3)
    /// @param heat float32 (height, width), errors in squares of normalised pixels
    public static Tensor over(Tensor photo, Tensor heat) {
        return new HeatMap(Picture.of(photo), heat.toFloats()).draw().tensor();
    }

    private Picture draw() {
        Picture covered = Panels.enlarged(covered());
        Lettering lettering = Lettering.footer();
        int scale = lettering.height() + 2 * PADDING;
        var canvas = new Canvas(covered.width(), covered.height() + scale, 0);
        canvas.place(covered, 0, 0);
        for (int x = 0; x < canvas.width(); x++) {
            int color = color((float) x / (canvas.width() - 1));
            canvas.fill(x, covered.height(), x + 1, canvas.height(), color);
        }
        String most = String.format(Locale.ROOT, "%.2f", end);
        int top = covered.height() + PADDING;
        lettering.draw("0", canvas, PADDING, top, LIGHT);
        lettering.draw(most, canvas, canvas.width() - PADDING - lettering.width(most), top, DARK);
        return canvas.picture();
    }

    private Picture covered() {
        var canvas = new Canvas(photo.width(), photo.height(), 0);
        for (int i = 0; i < heat.length; i++) {
            int x = i % photo.width();
            int y = i / photo.width();
            float share = Math.clamp(heat[i] / end, 0, 1);
            float cover = MIN_COVER + (MAX_COVER - MIN_COVER) * share;
            canvas.blend(x, y, grey(i), OPAQUE);
            canvas.blend(x, y, color(share), Math.round(cover * OPAQUE));
        }
        return canvas.picture();
    }

    /// Luma as ITU-R BT.601 weighs it, dimmed so that a bright wall is not taken for heat.
    private int grey(int pixel) {
        int at = pixel * Picture.CHANNELS;
        byte[] rgb = photo.rgb();
        int luma = (299 * (rgb[at] & 0xFF) + 587 * (rgb[at + 1] & 0xFF) + 114 * (rgb[at + 2] & 0xFF)) / 1000;
        return luma * DIMMED / 100 * 0x010101;
    }

    /// The colour of a share of the scale, between the two nearest of the table.
    static int color(float share) {
        float place = share * (COLORS.length - 1);
        int below = Math.min((int) place, COLORS.length - 2);
        int color = 0;
        for (int shift = 16; shift >= 0; shift -= 8) {
            int from = (COLORS[below] >> shift) & 0xFF;
            int to = (COLORS[below + 1] >> shift) & 0xFF;
            color |= Math.round(from + (to - from) * (place - below)) << shift;
        }
        return color;
    }
}
