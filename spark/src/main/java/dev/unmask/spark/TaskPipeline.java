package dev.unmask.spark;

import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import dev.unmask.job.Item;
import dev.unmask.job.Listener;
import dev.unmask.job.Pipeline;
import dev.unmask.job.Result;
import dev.unmask.job.Work;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/// A [Pipeline] that a Spark task drives.
///
/// A pipeline takes its items on a thread of its own, but a partition may be read by its task's thread alone (Spark
/// learnt it the hard way: SPARK-33277). So whoever takes the results serves the pipeline's wishes for items while
/// waiting: both come as events, in one queue.
final class TaskPipeline<P> implements Iterator<Result>, AutoCloseable {

    private sealed interface Event {}

    private record Wanted() implements Event {}

    private record Made(Result result) implements Event {}

    /// @param failure that ended it; null where all is done
    private record Ended(@Nullable Throwable failure) implements Event {}

    private final Iterator<Item> partition;
    private final BlockingQueue<Event> events;
    private final BlockingQueue<Optional<Item>> handed = new ArrayBlockingQueue<>(1);
    private final Pipeline<P> pipeline;
    private final Thread collector;
    private @Nullable Result next;
    private boolean ended;

    TaskPipeline(Work<P> work, Iterator<Item> partition, int threads, Listener listener) {
        this.partition = partition;
        this.events = new ArrayBlockingQueue<>(2 * work.rows());
        this.pipeline = new Pipeline<>(work, new Wishes(), Integer.MAX_VALUE, threads, listener);
        this.collector = Thread.ofPlatform().daemon().name("collect").start(this::collect);
    }

    /// The items as the pipeline's own thread asks for them.
    private final class Wishes implements Iterator<Item> {

        private @Nullable Item item;
        private boolean over;

        @Override
        public boolean hasNext() {
            if (item == null && !over) {
                try {
                    events.put(new Wanted());
                    item = handed.take().orElse(null);
                } catch (InterruptedException e) {
                    throw interrupted(e);
                }
                over = item == null;
            }
            return item != null;
        }

        @Override
        public Item next() {
            if (item == null) {
                throw new NoSuchElementException("asked for before hasNext");
            }
            Item taken = item;
            item = null;
            return taken;
        }
    }

    @Override
    public boolean hasNext() {
        while (next == null && !ended) {
            switch (take()) {
                case Wanted _ -> handed.add(partition.hasNext() ? Optional.of(partition.next()) : Optional.empty());
                case Made(Result result) -> next = result;
                case Ended(Throwable failure) -> end(failure);
            }
        }
        return next != null;
    }

    @Override
    public Result next() {
        if (!hasNext() || next == null) {
            throw new NoSuchElementException("all results were taken");
        }
        Result result = next;
        next = null;
        return result;
    }

    @Override
    public void close() {
        ended = true;
        collector.interrupt();
        pipeline.close();
    }

    private void collect() {
        try {
            while (pipeline.hasNext()) {
                events.put(new Made(pipeline.next()));
            }
            events.put(new Ended(null));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // closed
        } catch (Throwable e) {
            tell(new Ended(e));
        }
    }

    private void tell(Ended failure) {
        try {
            events.put(failure);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // closed: nobody asks any more
        }
    }

    private Event take() {
        try {
            return events.take();
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private void end(@Nullable Throwable failure) {
        ended = true;
        switch (failure) {
            case null -> {}
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new UnmaskException(Fault.INTERNAL, "working on pictures failed: " + failure, failure);
        }
    }

    private static UnmaskException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new UnmaskException(Fault.UNAVAILABLE, "interrupted while pictures were worked on", e);
    }
}
