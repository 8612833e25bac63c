package dev.unmask.task;

import dev.unmask.Card;
import dev.unmask.image.Decoder;
import dev.unmask.image.Limits;
import dev.unmask.image.Preset;
import java.util.concurrent.Semaphore;

/// Decodes on the threads of its callers, as many pictures at a time as their pixels allow: what is bounded is the
/// memory that decoded pictures take.
public final class PixelsInFlight {

    /// The unit in which pixels are counted, so that a limit fits a semaphore.
    private static final int UNIT = 1024;

    private final Limits limits;
    private final Semaphore units;
    private final int allUnits;

    /// @param pixels of all pictures that are being decoded; at least what one picture may have
    public PixelsInFlight(Limits limits, long pixels) {
        if (pixels < limits.maxPixels()) {
            throw new IllegalArgumentException("pixels in flight " + pixels + " are fewer than the "
                    + limits.maxPixels() + " that one picture may have");
        }
        this.limits = limits;
        this.allUnits = Math.toIntExact(Math.ceilDiv(pixels, UNIT));
        this.units = new Semaphore(allUnits, true);
    }

    /// A picture as a model sees it, as soon as there is room for its pixels.
    public View view(byte[] image, boolean exif, Preset preset, Card card, Listener listener)
            throws InterruptedException {
        Decoder decoder = new Decoder(limits, exif);
        int needed = (int) Math.min(allUnits, Math.ceilDiv(decoder.size(image).pixels(), UNIT));
        units.acquire(needed);
        try {
            return View.of(image, decoder, preset, card, listener);
        } finally {
            units.release(needed);
        }
    }
}
