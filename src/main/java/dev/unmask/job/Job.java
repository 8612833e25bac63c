package dev.unmask.job;

import dev.unmask.DeviceLost;
import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import dev.unmask.job.format.Format;
import dev.unmask.job.format.Shard;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Makes a table of pictures, shard by shard, in a folder. Begun again after it was stopped, however, it goes on, and
/// the table is the one that it would have been.
public final class Job<P> implements Closeable {

    private final Work<P> work;
    private final Plan plan;
    private final Ledger ledger;
    private final Output output;

    /// Where and how the table is stored.
    ///
    /// @param folder of the shards
    /// @param drawings folder for a PNG of each picture, if the work draws
    public record Output(
            Path folder, Format format, @Nullable Path drawings) {}

    /// How far it is.
    ///
    /// @param rows and errors of all complete shards, of this run and earlier ones
    public record State(long shards, long rows, long errors, boolean complete) {}

    private Job(Work<P> work, Plan plan, Ledger ledger, Output output) {
        this.work = work;
        this.plan = plan;
        this.ledger = ledger;
        this.output = output;
    }

    /// Takes hold of the output. Refuses one that is not ours, that another job is writing, or that another plan made,
    /// unless it is to be made anew.
    public static <P> Job<P> open(Work<P> work, Plan plan, Output output, boolean restart) {
        try {
            return new Job<>(work, plan, Ledger.open(output.folder(), plan, restart), output);
        } catch (IOException e) {
            throw Durable.unwritable(output.folder(), e);
        }
    }

    public State state() {
        long rows = ledger.done().stream().mapToLong(Done::rows).sum();
        long errors = ledger.done().stream().mapToLong(Done::errors).sum();
        return new State(ledger.done().size(), rows, errors, ledger.done().size() == plan.shards());
    }

    /// Makes the shards that are missing.
    ///
    /// @param items that the plan was made for, all of them
    /// @param threads that read and decode
    /// @param stop asked before every shard: whether to leave it at that
    public State run(Iterator<Item> items, int threads, Listener listener, BooleanSupplier stop) {
        Iterator<Item> missing = new Missing(items, plan.shardRows(), ledger::has);
        try (Pipeline<P> results = new Pipeline<>(work, missing, plan.shardRows(), threads, listener)) {
            for (long shard = 0; shard < plan.shards() && !stop.getAsBoolean(); shard++) {
                if (!ledger.has(shard)) {
                    make(shard, results);
                }
            }
            if (state().complete()) {
                ledger.complete();
            }
            return state();
        } catch (NoSuchElementException e) {
            throw stopped(Fault.INVALID, "the list of pictures became shorter while the job ran", e);
        } catch (DeviceLost e) {
            throw stopped(Fault.UNAVAILABLE, String.valueOf(e.getMessage()), e);
        } catch (UnmaskException e) {
            throw stopped(e.fault(), String.valueOf(e.getMessage()), e);
        } catch (IOException e) {
            UnmaskException why = Durable.unwritable(output.folder(), e);
            throw stopped(why.fault(), String.valueOf(why.getMessage()), e);
        }
    }

    @Override
    public void close() {
        try {
            ledger.close();
        } catch (IOException e) {
            throw Durable.unwritable(output.folder(), e);
        }
    }

    private void make(long number, Iterator<Result> results) throws IOException {
        long rows = Math.min(plan.shardRows(), plan.items() - number * plan.shardRows());
        long errors = 0;
        String name = String.format(Locale.ROOT, "part-%05d", number);
        try (Shard shard = output.format().create(ledger.partial(), name, Table.of(work))) {
            for (long row = 0; row < rows; row++) {
                Result result = results.next();
                errors += result.error() == null ? 0 : 1;
                draw(result);
                shard.add(result);
            }
        }
        ledger.commit(number, rows, errors);
    }

    private void draw(Result result) throws IOException {
        if (output.drawings() != null && result.made() != null && result.made().png() != null) {
            new Drawings(output.drawings()).write(result.id(), result.made().png());
        }
    }

    private UnmaskException stopped(Fault fault, String why, Throwable cause) {
        String goesOn = "; " + state().shards() + " of " + plan.shards()
                + " shards are complete, and the same command goes on from there";
        return new UnmaskException(fault, fault == Fault.INVALID ? why : why + goesOn, cause);
    }
}
