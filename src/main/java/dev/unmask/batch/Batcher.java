package dev.unmask.batch;

import dev.unmask.Answer;
import dev.unmask.Call;
import dev.unmask.Card;
import dev.unmask.Fault;
import dev.unmask.Model;
import dev.unmask.Output;
import dev.unmask.Row;
import dev.unmask.UnmaskException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// A model around one or more lanes that lets the rows of many callers share a run.
///
/// **Who works.** A lane is a [Model] with one platform thread of its own; callers wait, best on virtual threads.
/// There is no dispatcher: a lane that is idle takes the next batch itself. While all lanes are busy nobody takes,
/// rows gather, and the next batch is fuller by itself: load makes batches, the delay only helps where there is
/// little of it.
///
/// **What shares a run.** Rows that keep as many patches, have the same kind of pixels and want the same outputs
/// form a line. A line is served when it fills a batch (rows or tokens), or when one of its rows has waited for its
/// delay.
///
/// **Whose turn it is.** Each request draws a number; its row i stands in line as if it were the request that came
/// i requests later. The lowest ticket goes first, within a line and between lines. So a request of 64 rows does
/// not hold up the single rows behind it, which pass all but its first few; and nobody starves, since whoever comes
/// later draws higher numbers: only finitely many rows can ever pass a given one. The same arrivals give the same
/// batches.
///
/// **Who is refused.** The queue is bounded in rows. A request that does not fit as a whole is refused at once,
/// with the figures and an estimate of when to come back. A request larger than a batch is spread over several. Its
/// caller may leave at any time (deadline, interrupt, hanging up): rows that no batch has taken are then dropped;
/// rows that run are not, since native code cannot be stopped.
///
/// **What goes wrong.** A request is answered whole or fails whole, so when a lane rejects a batch, each caller's
/// rows are run once more by themselves, and the failing caller fails alone. Running out of memory counts as a
/// rejection, for a smaller batch may fit. Rejections that hold for every row (the model is unloaded, or cannot do
/// this) are not tried again. Any other [Error] ends the lane: its batch fails, the others go on, [#liveLanes]
/// tells. The batch is not handed on, lest one poisonous row ends them all. When the last lane dies, all who wait
/// are refused.
///
/// **How it ends.** [#drain] refuses newcomers and finishes what was accepted. When its grace is spent, all who
/// still wait are refused, even those whose rows run, so that no caller depends on an engine that hangs. Lanes are
/// closed by whoever opened them, after this.
///
/// One lock guards all mutable state, is held for bookkeeping only, and is never held while a lane or the listener
/// is called. Only [Call] is asked under it.
public final class Batcher implements Model, AutoCloseable {

    private final Policy policy;
    private final Listener listener;
    private final LongSupplier clock;
    private final Card card;
    private final CountDownLatch ended;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition(); // a lane may have something to do
    private final Lines lines; // lock
    private final List<Lane> live = new ArrayList<>(); // lock
    private final Pace pace = new Pace(); // lock
    private boolean draining; // lock

    private Batcher(List<? extends Model> lanes, Policy policy, Listener listener, LongSupplier clock) {
        this.policy = policy;
        this.listener = listener;
        this.clock = clock;
        this.card = lanes.getFirst().card();
        this.lines = new Lines(policy);
        this.ended = new CountDownLatch(lanes.size());
        lanes.forEach(model -> live.add(new Lane(model, clock, this::ran)));
    }

    /// Starts one worker thread for each lane. All lanes run the same model.
    public static Batcher start(List<? extends Model> lanes, Policy policy, Listener listener) {
        return start(lanes, policy, listener, System::nanoTime);
    }

    static Batcher start(List<? extends Model> lanes, Policy policy, Listener listener, LongSupplier clock) {
        if (lanes.isEmpty()) {
            throw new IllegalArgumentException("a batcher needs at least one lane");
        }
        Batcher batcher = new Batcher(lanes, policy, listener, clock);
        Thread.Builder threads = Thread.ofPlatform().daemon().name(batcher.card.name() + "-lane-", 0);
        try {
            List.copyOf(batcher.live).forEach(lane -> threads.start(() -> batcher.work(lane)));
            return batcher;
        } catch (Error e) { // no thread to be had
            batcher.stop();
            throw e;
        }
    }

    @Override
    public Card card() {
        return card;
    }

    /// Runs for a caller who waits as long as it takes.
    @Override
    public List<Answer> run(List<Row> rows, Set<Output> wanted) {
        return run(rows, wanted, Call.PATIENT);
    }

    /// Answers rows in their order, or refuses them all. An interrupt ends the wait and stays set.
    public List<Answer> run(List<Row> rows, Set<Output> wanted, Call call) {
        if (rows.isEmpty()) {
            return List.of();
        }
        try {
            wanted.forEach(card::require);
            Request request = new Request(Group.of(rows, wanted), rows, call, policy, clock.getAsLong());
            listener.queued(rows.size(), admit(request));
            await(request);
            return request.result(clock.getAsLong());
        } catch (UnmaskException refusal) {
            listener.refused(refusal.fault(), rows.size());
            throw refusal;
        }
    }

    /// This model as one caller sees it, for those who know only [Model].
    public Model calledBy(Call call) {
        return new Model() {
            @Override
            public Card card() {
                return card;
            }

            @Override
            public List<Answer> run(List<Row> rows, Set<Output> wanted) {
                return Batcher.this.run(rows, wanted, call);
            }
        };
    }

    /// Rows that wait for a batch.
    public int queuedRows() {
        lock.lock();
        try {
            return lines.rows();
        } finally {
            lock.unlock();
        }
    }

    /// Lanes whose worker runs.
    public int liveLanes() {
        lock.lock();
        try {
            return live.size();
        } finally {
            lock.unlock();
        }
    }

    /// How long the lanes will need for what waits, as fast as they were lately.
    public Duration retryAfter() {
        lock.lock();
        try {
            return pace.of(lines.rows(), live.size());
        } finally {
            lock.unlock();
        }
    }

    /// Refuses newcomers and finishes what was accepted; when the grace is spent or the caller is interrupted, refuses
    /// all who still wait. True if everything was finished.
    public boolean drain(Duration grace) {
        stop();
        boolean finished = false;
        try {
            finished = ended.await(TimeUnit.NANOSECONDS.convert(grace), TimeUnit.NANOSECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        if (!finished) {
            refuseAll();
        }
        return finished;
    }

    /// Finishes what was accepted, however long that takes.
    @Override
    public void close() {
        drain(Duration.ofSeconds(Long.MAX_VALUE));
    }

    private void stop() {
        lock.lock();
        try {
            draining = true;
            work.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void refuseAll() {
        lock.lock();
        try {
            UnmaskException cause = unavailable("the grace for draining is spent");
            lines.clear().forEach(request -> request.fail(unavailable(cause.getMessage())));
            live.forEach(lane -> lane.batch().fail(cause));
            work.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Puts a request in line or refuses it. Returns the rows that wait.
    private int admit(Request request) {
        lock.lock();
        try {
            UnmaskException refusal = refusal(request);
            if (refusal != null) {
                throw refusal;
            }
            if (lines.add(request)) {
                work.signal();
            }
            return lines.rows();
        } finally {
            lock.unlock();
        }
    }

    private @Nullable UnmaskException refusal(Request request) {
        if (draining) {
            return unavailable("the service is draining");
        }
        if (live.isEmpty()) {
            return unavailable("every lane of " + card.name() + " has died");
        }
        int limit = policy.queueRows();
        if (request.waiting() > limit) {
            return UnmaskException.invalid(request.waiting() + " rows are more than the " + limit + " of the queue");
        }
        if (lines.rows() + request.waiting() > limit) {
            Duration retryAfter = pace.of(lines.rows(), live.size());
            return new UnmaskException(
                    Fault.OVERLOADED,
                    "queue is full at " + limit + " rows: " + lines.rows() + " wait and " + request.waiting()
                            + " more came; retry in " + retryAfter.toMillis() + " ms",
                    retryAfter);
        }
        return request.stale(clock.getAsLong());
    }

    /// Waits until the request has ended. Its deadline ends it only while some of its rows wait for a batch.
    private void await(Request request) {
        try {
            long left = request.left(clock.getAsLong());
            while (left > 0 && !request.await(left)) {
                left = request.left(clock.getAsLong());
            }
            if (left <= 0) {
                withdraw(request, request.late(clock.getAsLong()));
            }
            request.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            UnmaskException why = unavailable("the caller was interrupted");
            withdraw(request, why);
            request.fail(why);
        }
    }

    private void withdraw(Request request, UnmaskException why) {
        lock.lock();
        try {
            if (lines.remove(request)) {
                request.fail(why);
            }
        } finally {
            lock.unlock();
        }
    }

    /// A lane's life. The one place that catches everything, for whatever ends a lane must not end in silence.
    private void work(Lane lane) {
        @Nullable Throwable cause = null;
        try {
            while (take(lane)) {
                tellWaits(lane.batch());
                lane.serve();
            }
        } catch (Throwable e) {
            cause = e;
        } finally {
            retire(lane, cause);
        }
    }

    /// Waits for the lane's next batch; false when draining is done.
    private boolean take(Lane lane) {
        lock.lock();
        try {
            lane.load(Batch.NONE);
            while (true) {
                long now = clock.getAsLong();
                Lines.Line line = lines.ready(now, draining);
                if (line != null) {
                    if (fill(lane, line, now)) {
                        return true;
                    }
                } else if (draining) {
                    return false;
                } else {
                    idle(lines.untilDue(now));
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean fill(Lane lane, Lines.Line line, long now) {
        Batch batch = Batch.of(line.group(), now);
        lane.load(batch); // before it has rows, so that they end with the lane in any case
        lines.fill(batch, line);
        if (lines.rows() > 0) {
            work.signal();
        }
        return batch.size() > 0;
    }

    @SuppressWarnings("WaitNotInLoop") // the loop is the caller's
    private void idle(long nanos) {
        try {
            work.awaitNanos(nanos);
        } catch (InterruptedException _) {
            // only draining ends a lane
        }
    }

    private void tellWaits(Batch batch) {
        batch.places()
                .forEach(
                        place -> listener.waited(batch.taken() - place.request().arrived()));
    }

    private void ran(Batch batch, long nanos) {
        lock.lock();
        try {
            pace.measure(batch.size(), nanos);
        } finally {
            lock.unlock();
        }
        listener.ran(batch.size(), batch.tokens(), nanos);
    }

    private void retire(Lane lane, @Nullable Throwable cause) {
        int left;
        lock.lock();
        try {
            live.remove(lane);
            ended.countDown();
            left = live.size();
            if (cause != null) {
                lane.batch().fail(cause);
            }
            if (left == 0) {
                lines.clear().forEach(request -> request.fail(unavailable("every lane has died")));
            }
            work.signal();
        } finally {
            lock.unlock();
        }
        if (cause != null) {
            listener.died(left, cause);
        }
    }

    private static UnmaskException unavailable(String message) {
        return new UnmaskException(Fault.UNAVAILABLE, message);
    }
}
