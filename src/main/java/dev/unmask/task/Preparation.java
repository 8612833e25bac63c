package dev.unmask.task;

import dev.unmask.Call;
import dev.unmask.Card;
import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import dev.unmask.image.Limits;
import dev.unmask.image.Preset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Decodes and resizes pictures on threads of its own, as many at a time as their pixels allow.
///
/// The callers wait, on threads that cost nothing; what is bounded is the memory that decoded pictures take. How many
/// may wait is for the model's admission to say.
public final class Preparation implements AutoCloseable {

    private final PixelsInFlight pixels;
    private final ExecutorService threads;
    private final Listener listener;

    /// @param pixelsInFlight of all pictures that are being decoded; at least what one picture may have
    public Preparation(Limits limits, long pixelsInFlight, int threads, Listener listener) {
        this.pixels = new PixelsInFlight(limits, pixelsInFlight);
        this.listener = listener;
        this.threads = Executors.newFixedThreadPool(
                threads, Thread.ofPlatform().name("decode-", 0).factory());
    }

    /// Pictures as a model sees them, in their order. The first that is refused ends the others.
    public List<View> views(List<byte[]> images, boolean exif, Preset preset, Card card, Call call) {
        List<Future<View>> pending = new ArrayList<>();
        try {
            for (byte[] image : images) {
                pending.add(threads.submit(() -> view(image, exif, preset, card, call)));
            }
            List<View> views = new ArrayList<>();
            for (Future<View> view : pending) {
                views.add(await(view, call));
            }
            return views;
        } finally {
            pending.forEach(view -> view.cancel(false));
        }
    }

    @Override
    public void close() {
        threads.shutdown();
    }

    private View view(byte[] image, boolean exif, Preset preset, Card card, Call call) throws InterruptedException {
        if (call.left(System.nanoTime()) <= 0 || call.abandoned()) {
            throw late();
        }
        return pixels.view(image, exif, preset, card, listener);
    }

    private static View await(Future<View> view, Call call) {
        try {
            return view.get(call.left(System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException _) {
            throw late();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnmaskException(Fault.UNAVAILABLE, "interrupted while decoding", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnmaskException refusal) {
                throw refusal;
            }
            throw new UnmaskException(Fault.INTERNAL, "decoding failed: " + e.getCause(), e.getCause());
        }
    }

    private static UnmaskException late() {
        return new UnmaskException(Fault.TIMEOUT, "deadline passed before the picture was decoded");
    }
}
