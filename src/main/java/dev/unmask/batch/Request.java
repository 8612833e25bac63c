package dev.unmask.batch;

import dev.unmask.Answer;
import dev.unmask.Call;
import dev.unmask.Fault;
import dev.unmask.Row;
import dev.unmask.UnmaskException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One caller's rows on their way through. Ends once: with all its answers or with its first failure.
final class Request {

    private final Group group;
    private final List<Row> rows;
    private final Call call;
    private final long arrived;
    private final long setBack;

    private final @Nullable Answer[] answers;
    private final Batch.@Nullable Run[] runs; // which gave each answer
    private final AtomicInteger unanswered;
    private final AtomicReference<@Nullable UnmaskException> failure = new AtomicReference<>();
    private final CountDownLatch ended = new CountDownLatch(1);

    // Guarded by the batcher's lock.
    private long due;
    private long number;
    private int taken;
    private long lastTaken;

    Request(Group group, List<Row> rows, Call call, Policy policy, long now) {
        this.group = group;
        this.rows = List.copyOf(rows);
        this.call = call;
        this.arrived = now;
        this.setBack = (call.priority() - 1L) * policy.queueRows();
        // Company is never worth more than half of the time that the caller has.
        this.due = now + Math.min(policy.maxDelay().toNanos(), call.left(now) / 2);
        this.answers = new Answer[rows.size()];
        this.runs = new Batch.Run[rows.size()];
        this.unanswered = new AtomicInteger(rows.size());
    }

    Group group() {
        return group;
    }

    Row row(int row) {
        return rows.get(row);
    }

    long arrived() {
        return arrived;
    }

    /// When a row of this request need not wait for company any more.
    long due() {
        return due;
    }

    /// Nobody else is on the way.
    void expectNoCompany() {
        due = arrived;
    }

    void number(long drawn) {
        number = drawn;
    }

    long number() {
        return number;
    }

    /// The place in line of the next row: row i stands as if it were the request that came i requests later, and the
    /// whole request further back the less urgent it is.
    long ticket() {
        return number + setBack + taken;
    }

    /// Rows that no batch has taken.
    int waiting() {
        return rows.size() - taken;
    }

    int next() {
        return taken;
    }

    void take(long now) {
        taken++;
        lastTaken = now;
    }

    /// Why a call should not be worked for any more, if so.
    ///
    /// @param late what to say if its deadline has passed
    static @Nullable UnmaskException stale(Call call, long now, Supplier<UnmaskException> late) {
        try {
            if (call.left(now) <= 0) {
                return late.get();
            }
            return call.abandoned()
                    ? new UnmaskException(Fault.TIMEOUT, "the caller hung up before the work began")
                    : null;
        } catch (RuntimeException e) {
            return new UnmaskException(Fault.INTERNAL, "the caller cannot say whether it waits", e);
        }
    }

    /// Why this request should not be run any more, if so.
    @Nullable
    UnmaskException stale(long now) {
        return stale(call, now, () -> late(now));
    }

    /// Whether somebody still wants the rows that wait; ends the request if not.
    boolean isWanted(long now) {
        if (hasEnded()) {
            return false;
        }
        UnmaskException stale = stale(now);
        if (stale != null) {
            fail(stale);
        }
        return stale == null;
    }

    UnmaskException late(long now) {
        long waited = TimeUnit.NANOSECONDS.toMillis(now - arrived);
        return new UnmaskException(Fault.TIMEOUT, "deadline passed after " + waited + " ms, before the work began");
    }

    boolean hasEnded() {
        return ended.getCount() == 0;
    }

    void answer(int row, Answer answer, Batch.Run run) {
        answers[row] = answer;
        runs[row] = run;
        if (unanswered.decrementAndGet() == 0) {
            ended.countDown();
        }
    }

    void fail(UnmaskException why) {
        if (!hasEnded()) {
            failure.compareAndSet(null, why);
            ended.countDown();
        }
    }

    long left(long now) {
        return call.left(now);
    }

    void await() throws InterruptedException {
        ended.await();
    }

    boolean await(long nanos) throws InterruptedException {
        return ended.await(nanos, TimeUnit.NANOSECONDS);
    }

    /// What the caller gets, once ended.
    List<Answer> result(long now) {
        UnmaskException why = failure.get();
        if (why != null) {
            throw why;
        }
        call.served(lastTaken - arrived, now - lastTaken, shares());
        return List.of(Objects.requireNonNull(answers));
    }

    /// One for each run; its rows are neighbours, as rows join batches in their order.
    private List<Call.Share> shares() {
        List<Call.Share> shares = new ArrayList<>(1);
        int begin = 0;
        for (int end = 1; end <= runs.length; end++) {
            Batch.Run run = Objects.requireNonNull(runs[begin]);
            if (end == runs.length || runs[end] != run) {
                shares.add(run.share(end - begin));
                begin = end;
            }
        }
        return shares;
    }
}
