package dev.unmask.job.remote;

import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import dev.unmask.job.remote.Outcome.Answered;
import dev.unmask.job.remote.Outcome.Busy;
import dev.unmask.job.remote.Outcome.Lost;
import dev.unmask.job.remote.Outcome.Refused;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Shares requests among services: each goes to the one with the fewest under way, of those that may be sent any by
/// their [Pace]. Safe for many threads.
final class Balance {

    private final List<Lane> lanes;
    private final Duration patience;
    private final ReentrantLock lock = new ReentrantLock(); // guards the paces
    private final Condition changed = lock.newCondition();
    private final ReentrantLock line = new ReentrantLock(true); // who holds it is the next to be sent

    /// A service and what is sent to it.
    record Lane(Service service, Pace pace) {}

    /// A request that may be sent.
    ///
    /// @param begun in the time of [System#nanoTime]
    record Turn(Lane lane, long begun) {

        Service service() {
            return lane.service();
        }
    }

    /// @param patience with services of which none answers
    Balance(List<Service> services, Duration patience) {
        this.lanes =
                services.stream().map(service -> new Lane(service, new Pace())).toList();
        this.patience = patience;
    }

    /// Waits until a request may be sent: first come, first served, as results are taken in their order, and a picture
    /// that is overtaken holds up all. Gives up when no service has answered for as long as the patience.
    Turn take() throws InterruptedException {
        line.lockInterruptibly();
        try {
            return next();
        } finally {
            line.unlock();
        }
    }

    private Turn next() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (true) {
                long now = System.nanoTime();
                Optional<Lane> open = lanes.stream()
                        .filter(lane -> lane.pace().isOpen(now))
                        .min(Comparator.comparingInt(lane -> lane.pace().outstanding()));
                if (open.isPresent()) {
                    open.get().pace().sent();
                    return new Turn(open.get(), now);
                }
                boolean _ = changed.await(pause(now), TimeUnit.NANOSECONDS);
            }
        } finally {
            lock.unlock();
        }
    }

    /// Learns what became of a request.
    void settle(Turn turn, Outcome outcome) {
        lock.lock();
        try {
            Pace pace = turn.lane().pace();
            switch (outcome) {
                case Answered _, Refused _ -> pace.answered();
                case Busy(String why, @Nullable Duration after) ->
                    pace.setBack(turn.begun(), System.nanoTime(), why, after);
                case Lost(String why) -> pace.setBack(turn.begun(), System.nanoTime(), why, null);
            }
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /// Learns that a request was given up.
    void withdraw(Turn turn) {
        lock.lock();
        try {
            turn.lane().pace().withdrawn();
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /// For how long nothing can be sent, unless something is settled. Gives up if that is too long.
    private long pause(long now) {
        long silence =
                lanes.stream().mapToLong(lane -> lane.pace().silence(now)).min().orElse(0);
        if (silence >= patience.toNanos()) {
            throw new UnmaskException(
                    Fault.UNAVAILABLE, "no service has answered for " + patience.toSeconds() + " s: " + troubles());
        }
        long pause = lanes.stream()
                .mapToLong(lane -> lane.pace().pause(now))
                .filter(nanos -> nanos > 0)
                .min()
                .orElse(Long.MAX_VALUE);
        return Math.min(pause, patience.toNanos() - silence);
    }

    private String troubles() {
        return lanes.stream()
                .map(lane -> lane.service().address() + ": " + lane.pace().trouble())
                .collect(Collectors.joining("; "));
    }
}
