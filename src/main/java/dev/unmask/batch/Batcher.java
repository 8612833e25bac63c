package dev.unmask.batch;

import dev.unmask.Admission;
import dev.unmask.Answer;
import dev.unmask.Call;
import dev.unmask.Card;
import dev.unmask.DeviceLost;
import dev.unmask.Fault;
import dev.unmask.Model;
import dev.unmask.Output;
import dev.unmask.Placement;
import dev.unmask.Row;
import dev.unmask.UnmaskException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A model around one or more lanes that lets the rows of many callers share a run.
///
/// **Who works.** A lane is a [Model] with one platform thread of its own; callers wait, best on virtual threads.
/// There is no dispatcher: a lane that is idle takes the next batch itself. While all lanes are busy nobody takes,
/// rows gather, and the next batch is fuller by itself: load makes batches, the delay only helps where there is
/// little of it. A lane that finds nobody waiting does what its model has put off, [Model#settle], piece by piece.
///
/// **What shares a run.** Rows that keep as many patches, have the same kind of pixels (or are latents) and want the
/// same outputs form a line. A line is served when it fills a batch (rows or tokens), or when one of its rows has
/// waited
/// for its delay. A row whose coming was announced knows what else is on its way, and waits for nothing if that is
/// nothing.
///
/// **Whose turn it is.** Each request draws a number; its row i stands in line as if it were the request that came
/// i requests later. The lowest ticket goes first, within a line and between lines. So a request of 64 rows does
/// not hold up the single rows behind it, which pass all but its first few; and nobody starves, since whoever comes
/// later draws higher numbers: only finitely many rows can ever pass a given one. The same arrivals give the same
/// batches. A request of priority p stands in line as if it had come (p - 1) x `queueRows` requests later. So an urgent
/// one passes whoever waits less urgently, until `queueRows` requests have come since: then it passes no more.
///
/// **Who is refused.** The queue is bounded in rows. A request that does not fit as a whole is refused at once,
/// with the figures and an estimate of when to come back. Who has work to do before there are rows (decoding) asks
/// for places first, [#admit], so that no work is done for a request that will be refused; places count like rows that
/// wait. A request larger than a batch is spread over several. Its caller may leave at any time (deadline, interrupt,
/// hanging up): rows that no batch has taken are then dropped;
/// rows that run are not, since native code cannot be stopped.
///
/// **What goes wrong.** A request is answered whole or fails whole, so when a lane rejects a batch, each caller's
/// rows are run once more by themselves, and the failing caller fails alone. Running out of memory counts as a
/// rejection, for a smaller batch may fit. Rejections that hold for every row (the model is unloaded, or cannot do
/// this) are not tried again. Any other [Error] ends the lane: its batch fails, the others go on, [#liveLanes]
/// tells. The batch is not handed on, lest one poisonous row ends them all. When the last lane dies, all who wait
/// are refused. If it died of a [DeviceLost], callers are told so; they are not to blame, and another process may serve
/// them.
///
/// **How it ends.** [#drain] refuses newcomers and finishes what was accepted or admitted. When its grace is spent,
/// all who still wait are refused, even those whose rows run, so that no caller depends on an engine that hangs. Lanes
/// are closed by whoever opened them, after this.
///
/// One lock guards all mutable state, is held for bookkeeping only, and is never held while a lane or the listener
/// is called. Only [Call] is asked under it.
public final class Batcher implements Model, AutoCloseable {

    private static final long SETTLE_AGAIN = TimeUnit.SECONDS.toNanos(10); // what needs time to be put off

    private final Policy policy;
    private final Listener listener;
    private final LongSupplier clock;
    private final Card card;
    private final List<Model> models;
    private final CountDownLatch ended;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition(); // a lane may have something to do
    private final Lines lines; // lock
    private final List<Lane> live = new ArrayList<>(); // lock
    private final Pace pace = new Pace(); // lock
    private int promised; // lock; rows that were admitted and have not come
    private Stage stage = Stage.OPEN; // lock
    private @Nullable Throwable death; // lock; of the lane that died last

    private enum Stage {
        OPEN,
        /// Newcomers are refused; who was admitted is still served.
        DRAINING,
        /// Nobody is served any more.
        CLOSED
    }

    private Batcher(List<? extends Model> lanes, Policy policy, Listener listener, LongSupplier clock) {
        this.policy = policy;
        this.listener = listener;
        this.clock = clock;
        this.card = lanes.getFirst().card();
        this.models = List.copyOf(lanes);
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

    /// Those of the lanes; lanes that share a model count once.
    @Override
    public List<Placement> placements() {
        return models.stream()
                .distinct()
                .flatMap(model -> model.placements().stream())
                .toList();
    }

    /// Runs for a caller who waits as long as it takes.
    @Override
    public List<Answer> run(List<Row> rows, Set<Output> wanted) {
        return run(rows, wanted, Call.PATIENT);
    }

    /// Answers rows in their order, or refuses them all. An interrupt ends the wait and stays set.
    public List<Answer> run(List<Row> rows, Set<Output> wanted, Call call) {
        return run(rows, wanted, call, new Places());
    }

    @Override
    public Admission admit(Call call, int rows) {
        Places places = new Places();
        telling(rows, () -> {
            promise(places, rows, call);
            return places;
        });
        Model seen = new Model() {
            @Override
            public Card card() {
                return card;
            }

            @Override
            public List<Answer> run(List<Row> rows, Set<Output> wanted) {
                return Batcher.this.run(rows, wanted, call, places);
            }
        };
        return new Admission(seen, () -> release(places));
    }

    private List<Answer> run(List<Row> rows, Set<Output> wanted, Call call, Places places) {
        if (rows.isEmpty()) {
            return List.of();
        }
        return telling(rows.size(), () -> {
            wanted.forEach(card::require);
            Request request = new Request(Group.of(rows, wanted), rows, call, policy, clock.getAsLong());
            listener.queued(rows.size(), admit(request, places));
            await(request);
            return request.result(clock.getAsLong());
        });
    }

    /// Does something for a caller; the listener is told if it is refused.
    private <T> T telling(int rows, Supplier<T> work) {
        try {
            return work.get();
        } catch (UnmaskException refusal) {
            listener.refused(refusal.fault(), rows);
            throw refusal;
        }
    }

    /// Rows that wait for a batch, and those that were admitted and are still to come.
    public int queuedRows() {
        lock.lock();
        try {
            return lines.rows() + promised;
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

    /// Why the lane died that did so last, if one did.
    public Optional<String> death() {
        lock.lock();
        try {
            return Optional.ofNullable(death)
                    .map(cause -> cause instanceof DeviceLost lost ? lost.getMessage() : cause.toString());
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
            stage = Stage.DRAINING;
            work.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void refuseAll() {
        lock.lock();
        try {
            stage = Stage.CLOSED;
            UnmaskException cause = unavailable("the grace for draining is spent");
            lines.clear().forEach(request -> request.fail(unavailable(cause.getMessage())));
            live.forEach(lane -> lane.batch().fail(cause));
            work.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Keeps places for rows to come, or refuses.
    private void promise(Places places, int rows, Call call) {
        lock.lock();
        try {
            UnmaskException refusal = refusal(rows);
            if (refusal == null) {
                refusal = Request.stale(
                        call,
                        clock.getAsLong(),
                        () -> new UnmaskException(Fault.TIMEOUT, "deadline passed before the work began"));
            }
            if (refusal != null) {
                throw refusal;
            }
            places.left = rows;
            promised += rows;
        } finally {
            lock.unlock();
        }
    }

    private void release(Places places) {
        lock.lock();
        try {
            promised -= places.take(places.left);
            if (stage == Stage.DRAINING) {
                work.signalAll(); // it may have been the last
            }
        } finally {
            lock.unlock();
        }
    }

    /// Puts a request in line, in its places if it has any, or refuses it. Returns the rows that wait.
    private int admit(Request request, Places places) {
        lock.lock();
        try {
            int rows = request.waiting();
            boolean announced = places.left >= rows;
            UnmaskException refusal = announced ? refusalOfAdmitted() : refusal(rows);
            promised -= places.take(rows);
            if (announced && promised == 0) {
                request.expectNoCompany();
            }
            if (refusal == null) {
                refusal = request.stale(clock.getAsLong());
            }
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

    /// Why so many rows more cannot be taken, if so.
    private @Nullable UnmaskException refusal(int rows) {
        UnmaskException down = stage == Stage.DRAINING ? draining() : refusalOfAdmitted();
        if (down != null) {
            return down;
        }
        int limit = policy.queueRows();
        if (rows > limit) {
            return UnmaskException.invalid(rows + " rows are more than the " + limit + " of the queue");
        }
        int waiting = lines.rows() + promised;
        if (waiting + rows > limit) {
            Duration retryAfter = pace.of(waiting, live.size());
            return new UnmaskException(
                    Fault.OVERLOADED,
                    "queue is full at " + limit + " rows: " + waiting + " wait and " + rows + " more came; retry in "
                            + retryAfter.toMillis() + " ms",
                    retryAfter);
        }
        return null;
    }

    private @Nullable UnmaskException refusalOfAdmitted() {
        if (stage == Stage.CLOSED) {
            return draining(); // its lanes have ended as they should
        }
        return live.isEmpty() ? dead() : null;
    }

    private UnmaskException dead() {
        return unavailable("every lane of " + card.name() + " has died"
                + (death instanceof DeviceLost lost ? ": " + lost.getMessage() : ""));
    }

    private static UnmaskException draining() {
        return unavailable("the service is draining");
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
            boolean settled = false;
            while (true) {
                long now = clock.getAsLong();
                Lines.Line line = lines.ready(now, stage != Stage.OPEN);
                if (line != null) {
                    if (fill(lane, line, now)) {
                        return true;
                    }
                } else if (stage == Stage.CLOSED || (stage == Stage.DRAINING && promised == 0)) {
                    return false;
                } else if (settled || lines.rows() + promised > 0) {
                    idle(Math.min(lines.untilDue(now), SETTLE_AGAIN));
                    settled = false;
                } else {
                    settled = !settle(lane); // and look again, for much may have happened
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

    /// Does some of what the lane put off, without the lock; false if there was nothing.
    private boolean settle(Lane lane) {
        lock.unlock();
        try {
            return lane.settle();
        } finally {
            lock.lock();
        }
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
                death = cause;
                lane.batch().fail(cause);
            }
            if (left == 0) {
                lines.clear().forEach(request -> request.fail(dead()));
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

    /// Places of a caller who was admitted. Guarded by the batcher's lock.
    private static final class Places {

        private int left;

        /// Uses up to so many.
        private int take(int rows) {
            int taken = Math.min(left, rows);
            left -= taken;
            return taken;
        }
    }
}
