package dev.unmask.batch;

import dev.unmask.Answer;
import dev.unmask.Fault;
import dev.unmask.Model;
import dev.unmask.UnmaskException;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// A model and the batch it runs; belongs to one worker thread.
final class Lane {

    /// Told of every run, however it ended.
    interface Meter {
        void ran(Batch batch, long nanos);
    }

    private final Model model;
    private final LongSupplier clock;
    private final Meter meter;
    private Batch batch = Batch.NONE; // written by the worker under the batcher's lock

    Lane(Model model, LongSupplier clock, Meter meter) {
        this.model = model;
        this.clock = clock;
        this.meter = meter;
    }

    void load(Batch next) {
        batch = next;
    }

    Batch batch() {
        return batch;
    }

    /// Runs the batch; if the model rejects it, each caller's rows once more by themselves.
    void serve() {
        Throwable rejected = attempt(batch);
        if (rejected != null) {
            List<Batch> parts = batch.byCaller();
            if (parts.size() > 1 && mayFitApart(rejected)) {
                parts.forEach(this::retry);
            } else {
                batch.fail(rejected);
            }
        }
    }

    /// Does one piece of what the model put off; false if there is none.
    boolean settle() {
        return model.settle();
    }

    private void retry(Batch part) {
        if (!part.hasEnded()) {
            Throwable rejected = attempt(part);
            if (rejected != null) {
                part.fail(rejected);
            }
        }
    }

    /// Runs and answers; returns why not.
    private @Nullable Throwable attempt(Batch rows) {
        long started = clock.getAsLong();
        try {
            List<Answer> answers = run(rows, started);
            rows.answer(answers, clock.getAsLong() - started);
            return null;
        } catch (RuntimeException | OutOfMemoryError e) {
            return e;
        }
    }

    /// Tells of the run before anybody is answered: who has an answer finds it counted.
    private List<Answer> run(Batch rows, long started) {
        try {
            return model.run(rows.rows(), rows.group().wanted());
        } finally {
            meter.ran(rows, clock.getAsLong() - started);
        }
    }

    private static boolean mayFitApart(Throwable rejected) {
        return !(rejected instanceof UnmaskException known)
                || (known.fault() != Fault.UNAVAILABLE && known.fault() != Fault.UNSUPPORTED);
    }
}
