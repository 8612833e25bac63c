package dev.unmask.job;

import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;

/// Items in, results out, in their order: while one batch runs, the next pictures are read and decoded.
///
/// A feeder thread takes items, has a window of them made ready by other threads, and cuts what is ready into batches
/// of as many good pictures as the work wants. Memory is bounded: by the window, by the batches that wait, and by what
/// the work itself bounds. No batch reaches over a border, so that what one part of a job computes does not depend on
/// where it began.
///
/// One thread takes the results. A picture that cannot be had is a result with an error; whatever else goes wrong is
/// thrown to that thread. Closing stops what is under way.
public final class Pipeline<P> implements Iterator<Result>, AutoCloseable {

    private static final int BATCHES_AHEAD = 2;

    private final Work<P> work;
    private final Iterator<Item> items;
    private final int border;
    private final Listener listener;
    private final int window;
    private final ExecutorService preparing;
    private final ExecutorService running;
    private final Thread feeder;
    private final BlockingQueue<Batch<P>> batches;
    private Iterator<Result> results = Collections.emptyIterator();
    private boolean ended;

    /// Begins to work.
    ///
    /// @param border items after which a batch ends, full or not
    /// @param threads that read and decode
    public Pipeline(Work<P> work, Iterator<Item> items, int border, int threads, Listener listener) {
        this.work = work;
        this.items = items;
        this.border = border;
        this.listener = listener;
        this.window = BATCHES_AHEAD * Math.max(threads, work.rows());
        this.batches = new ArrayBlockingQueue<>(work.runs() + 1);
        this.preparing = Executors.newFixedThreadPool(threads, named("prepare-"));
        this.running = Executors.newFixedThreadPool(work.runs(), named("run-"));
        this.feeder = named("feed-").newThread(this::feed);
        feeder.start();
    }

    /// Pictures in their order, and what becomes of those that are good; none for the end of all.
    private record Batch<P>(List<Ready<P>> pictures, Future<List<Made>> made) {}

    @Override
    public boolean hasNext() {
        while (!ended && !results.hasNext()) {
            take();
        }
        return results.hasNext();
    }

    @Override
    public Result next() {
        if (!hasNext()) {
            throw new NoSuchElementException("all results were taken");
        }
        Result result = results.next();
        listener.done(result);
        return result;
    }

    /// Returns when its threads have ended: nobody uses the work any more.
    @Override
    public void close() {
        ended = true;
        results = Collections.emptyIterator();
        feeder.interrupt();
        preparing.shutdownNow();
        running.shutdownNow();
        join();
    }

    private void feed() {
        try {
            batches.put(new Batch<>(List.of(), end()));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // closed: nobody takes results any more
        }
    }

    /// Has all items worked on; then the end of all, or what came in between.
    private Future<List<Made>> end() throws InterruptedException {
        try {
            cut();
            return CompletableFuture.completedFuture(List.of());
        } catch (ExecutionException e) {
            return CompletableFuture.failedFuture(e.getCause() == null ? e : e.getCause());
        } catch (RuntimeException | Error e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private void cut() throws InterruptedException, ExecutionException {
        Queue<Future<Ready<P>>> ahead = new ArrayDeque<>();
        List<Ready<P>> batch = new ArrayList<>();
        int good = 0;
        for (long taken = 1; fill(ahead); taken++) {
            Ready<P> next = ahead.remove().get();
            batch.add(next);
            good += next.prepared() == null ? 0 : 1;
            if (good == work.rows() || taken % border == 0) {
                dispatch(batch);
                batch = new ArrayList<>();
                good = 0;
            }
        }
        if (!batch.isEmpty()) {
            dispatch(batch);
        }
    }

    /// False when all items were taken.
    private boolean fill(Queue<Future<Ready<P>>> ahead) {
        while (ahead.size() < window && items.hasNext()) {
            Item item = items.next();
            ahead.add(preparing.submit(() -> Ready.of(item, work, listener)));
        }
        return !ahead.isEmpty();
    }

    private void dispatch(List<Ready<P>> pictures) throws InterruptedException {
        batches.put(new Batch<>(pictures, running.submit(() -> run(pictures))));
    }

    private List<Made> run(List<Ready<P>> pictures) {
        List<P> good = pictures.stream().flatMap(Ready::payload).toList();
        if (good.isEmpty()) {
            return List.of();
        }
        long begun = System.nanoTime();
        List<Made> made = work.run(good);
        listener.ran(good.size(), System.nanoTime() - begun);
        return made;
    }

    private void take() {
        try {
            Batch<P> batch = batches.take();
            results = results(batch, batch.made().get()).iterator();
            ended = batch.pictures().isEmpty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnmaskException(Fault.UNAVAILABLE, "interrupted while pictures were worked on", e);
        } catch (ExecutionException e) {
            ended = true;
            throw thrown(e);
        }
    }

    private static <P> List<Result> results(Batch<P> batch, List<Made> made) {
        Iterator<Made> next = made.iterator();
        return batch.pictures().stream()
                .map(picture -> picture.prepared() == null ? picture.refused() : picture.result(next.next()))
                .toList();
    }

    /// What a thread of the pipeline stumbled over, as if this one had.
    private static RuntimeException thrown(ExecutionException e) {
        return switch (e.getCause()) {
            case RuntimeException cause -> cause;
            case Error cause -> throw cause;
            case null, default ->
                new UnmaskException(Fault.INTERNAL, "working on pictures failed: " + e.getCause(), e.getCause());
        };
    }

    private void join() {
        boolean interrupted = false;
        while (true) {
            try {
                feeder.join();
                preparing.close();
                running.close();
                break;
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static ThreadFactory named(String prefix) {
        return Thread.ofPlatform().daemon().name(prefix, 0).factory();
    }
}
