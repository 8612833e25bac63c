package dev.unmask.task;

import dev.unmask.Card;
import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import dev.unmask.image.Decoder;
import dev.unmask.image.Limits;
import dev.unmask.image.Preset;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/// Decodes and resizes pictures on threads of its own, as many at a time as their pixels allow.
///
/// The callers wait, on threads that cost nothing; what is bounded is the memory that decoded pictures take.
public final class Preparation implements AutoCloseable {

    /// The unit in which pixels are counted, so that a limit fits a semaphore.
    private static final int UNIT = 1024;

    private final Limits limits;
    private final Semaphore units;
    private final int allUnits;
    private final ExecutorService threads;

    /// @param pixelsInFlight of all pictures that are being decoded; at least what one picture may have
    public Preparation(Limits limits, long pixelsInFlight, int threads) {
        if (pixelsInFlight < limits.maxPixels()) {
            throw new IllegalArgumentException("pixels in flight " + pixelsInFlight + " are fewer than the "
                    + limits.maxPixels() + " that one picture may have");
        }
        this.limits = limits;
        this.allUnits = Math.toIntExact(Math.ceilDiv(pixelsInFlight, UNIT));
        this.units = new Semaphore(allUnits, true);
        this.threads = Executors.newFixedThreadPool(
                threads, Thread.ofPlatform().name("decode-", 0).factory());
    }

    /// A picture as a model sees it.
    public View view(byte[] image, boolean exif, Preset preset, Card card) {
        Decoder decoder = new Decoder(limits, exif);
        int needed = (int) Math.min(allUnits, Math.ceilDiv(decoder.pixels(image), (long) UNIT));
        try {
            units.acquire(needed);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
        try {
            return await(threads.submit(() -> View.of(image, decoder, preset, card)));
        } finally {
            units.release(needed);
        }
    }

    @Override
    public void close() {
        threads.shutdown();
    }

    private static View await(Future<View> view) {
        try {
            return view.get();
        } catch (InterruptedException e) {
            view.cancel(true);
            throw interrupted(e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnmaskException refusal) {
                throw refusal;
            }
            throw new UnmaskException(Fault.INTERNAL, "decoding failed: " + e.getCause(), e.getCause());
        }
    }

    private static UnmaskException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new UnmaskException(Fault.UNAVAILABLE, "interrupted while decoding", e);
    }
}
