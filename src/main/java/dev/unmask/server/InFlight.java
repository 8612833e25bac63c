package dev.unmask.server;

import io.micronaut.http.annotation.RequestFilter;
import io.micronaut.http.annotation.ResponseFilter;
import io.micronaut.http.annotation.ServerFilter;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/// Counts requests that have no answer yet, so that the service stops after the last of them.
@ServerFilter(ServerFilter.MATCH_ALL_PATTERN)
final class InFlight {

    private static final Duration LOOK = Duration.ofMillis(20);
    /// For the last answers to leave, which are counted out when they are ready, not when they were sent.
    private static final Duration SENDING = Duration.ofMillis(200);

    private final AtomicInteger requests = new AtomicInteger();

    @RequestFilter
    void begin() {
        requests.incrementAndGet();
    }

    @ResponseFilter
    void end() {
        requests.decrementAndGet();
    }

    /// Waits until every request was answered, or the grace is spent.
    void await(Duration grace) {
        long deadline = System.nanoTime() + grace.toNanos();
        try {
            while (requests.get() > 0 && System.nanoTime() < deadline) {
                Thread.sleep(LOOK);
            }
            Thread.sleep(SENDING);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
