package dev.unmask.cli.bench;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/// Sends requests to a server and measures from when each was meant to be sent: a server that stalls is charged for
/// every
/// request it kept from being sent, too (no coordinated omission).
final class Generator {

    private static final Duration GRACE = Duration.ofSeconds(1);

    private final Wire wire;
    private final Bounds bounds;

    Generator(Wire wire, Bounds bounds) {
        this.wire = wire;
        this.bounds = bounds;
    }

    /// Runs a load to its end: every request has been answered, or given up.
    Measured run(Load load) {
        long start = System.nanoTime();
        long from = start + bounds.warmUp().toNanos();
        long to = from + bounds.duration().toNanos();
        Tally tally = new Tally(from, to);
        Duration before = cpu();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        Sender sender = new Sender(tally);
        switch (load) {
            case Load.Open open -> send(open.arrivals(), start, to, threads, sender);
            case Load.Closed(int callers) -> send(callers, to, threads, sender);
        }
        finish(threads, load instanceof Load.Closed ? to : System.nanoTime());
        return tally.measured(System.nanoTime(), cpu().minus(before));
    }

    private void send(LongSupplier arrivals, long start, long to, ExecutorService threads, Sender sender) {
        for (long i = 0; i < bounds.requests(); i++) {
            long intended = start + arrivals.getAsLong();
            boolean over = intended - to >= 0;
            sleepUntil(over ? to : intended);
            if (over) {
                return;
            }
            long number = i;
            threads.execute(() -> sender.send(number, intended));
        }
    }

    private void send(int callers, long to, ExecutorService threads, Sender sender) {
        var drawn = new AtomicLong();
        for (int caller = 0; caller < callers; caller++) {
            threads.execute(() -> {
                long number = drawn.getAndIncrement();
                for (long now = System.nanoTime();
                        number < bounds.requests() && now - to < 0;
                        now = System.nanoTime()) {
                    sender.send(number, now);
                    number = drawn.getAndIncrement();
                }
            });
        }
    }

    /// Waits until every request has ended; a thread that hangs past its deadline is interrupted, which ends its
    /// request.
    private void finish(ExecutorService threads, long lastSent) {
        threads.shutdown();
        long nanos = lastSent - System.nanoTime() + bounds.timeout().plus(GRACE).toNanos();
        try {
            if (!threads.awaitTermination(nanos, TimeUnit.NANOSECONDS)) {
                threads.shutdownNow();
                threads.close();
            }
        } catch (InterruptedException _) {
            threads.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    private static void sleepUntil(long moment) {
        for (long left = moment - System.nanoTime(); left > 0; left = moment - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private static Duration cpu() {
        return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /// Sends one request and says how it ended.
    private final class Sender {

        private final Tally tally;

        Sender(Tally tally) {
            this.tally = tally;
        }

        void send(long number, long intended) {
            long deadline = intended + bounds.timeout().toNanos();
            try {
                Runnable sending = () -> tally.sent(intended, System.nanoTime());
                int status = wire.exchange(number, deadline, sending);
                tally.answered(intended, System.nanoTime(), status);
            } catch (SocketTimeoutException _) {
                tally.ended(intended, System.nanoTime(), Outcome.TIMEOUT);
            } catch (IOException _) {
                long now = System.nanoTime();
                tally.ended(intended, now, now - deadline >= 0 ? Outcome.TIMEOUT : Outcome.LOST);
            }
        }
    }
}
