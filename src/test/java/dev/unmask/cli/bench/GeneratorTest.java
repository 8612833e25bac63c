package dev.unmask.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Load against a server whose answers are known.
@Timeout(60)
class GeneratorTest {

    private static final int[] PATTERN = {200, 200, 429, 503, 504, 500, 404, 200};

    @Test
    void everyRequestIsCountedByHowItEnded() throws IOException {
        try (Answering server = new Answering(1, number -> PATTERN[number % PATTERN.length])) {
            Measured measured = run(server, new Load.Closed(3), bounds(80, 3, 30));
            assertThat(server.posts()).isEqualTo(80);
            assertThat(measured.statuses())
                    .isEqualTo(Map.of(200, 30L, 429, 10L, 503, 10L, 504, 10L, 500, 10L, 404, 10L));
            assertThat(measured.outcomes())
                    .isEqualTo(Map.of(
                            Outcome.ANSWERED, 30L,
                            Outcome.REFUSED, 20L,
                            Outcome.EXPIRED, 10L,
                            Outcome.ERROR, 20L,
                            Outcome.TIMEOUT, 0L,
                            Outcome.LOST, 0L));
            assertThat(measured.latency(Outcome.ANSWERED).getTotalCount()).isEqualTo(30);
            assertThat(measured.latency(Outcome.REFUSED).getTotalCount()).isEqualTo(20);
            assertThat(measured.disorderly()).isEqualTo(20);
            assertThat(measured.good()).isEqualTo(30);
        }
    }

    @Test
    void aServerThatStallsOnceIsChargedForAllItHeldUp() throws IOException {
        Duration stall = Duration.ofMillis(500);
        try (Answering server = new Answering(1, number -> number == 50 ? after(stall) : 200)) {
            Measured measured = run(server, new Load.Open(200, true, 0), bounds(200, 1, 30));
            // one connection and 200 requests a second: the stall holds up 100, of which 80 wait for 100 ms or more
            assertThat(slowerThan(100, measured.latency(Outcome.ANSWERED))).isGreaterThanOrEqualTo(80);
            assertThat(slowerThan(100, measured.lateness())).isGreaterThanOrEqualTo(79);
            assertThat(measured.latency(Outcome.ANSWERED).getTotalCount()).isEqualTo(200);
            assertThat(Latency.of(measured.latency(Outcome.ANSWERED)).max()).isGreaterThanOrEqualTo(499);
        }
    }

    @Test
    void anOpenLoopOffersItsRateWhateverTheServerDoes() throws IOException {
        CountDownLatch end = new CountDownLatch(1);
        try (Answering server = new Answering(1, number -> await(end))) {
            Bounds bounds = new Bounds(Duration.ZERO, Duration.ofMillis(500), 1000, 1000, Duration.ofMillis(300));
            Measured measured = run(server, new Load.Open(100, true, 0), bounds);
            assertThat(measured.outcomes()).containsEntry(Outcome.TIMEOUT, 49L).containsEntry(Outcome.ANSWERED, 0L);
            assertThat(Latency.of(measured.latency(Outcome.TIMEOUT)).p50()).isGreaterThanOrEqualTo(299);
            end.countDown();
        }
    }

    @Test
    void aRequestWithoutAnAnswerIsLostAndNeverSentTwice() throws IOException {
        try (Answering server = new Answering(1, number -> number % 4 == 3 ? Answering.HANG_UP : 200)) {
            Measured measured = run(server, new Load.Closed(1), bounds(40, 1, 30));
            assertThat(server.posts()).isEqualTo(40);
            assertThat(measured.outcomes()).containsEntry(Outcome.ANSWERED, 30L).containsEntry(Outcome.LOST, 10L);
        }
    }

    @Test
    void theWarmUpIsNotMeasured() throws IOException {
        try (Answering server = new Answering(1, _ -> 200)) {
            Bounds bounds = new Bounds(Duration.ofMillis(500), Duration.ofMillis(500), 1000, 1, Duration.ofSeconds(30));
            Measured measured = run(server, new Load.Open(100, true, 0), bounds);
            assertThat(measured.requests()).isEqualTo(99);
            assertThat(measured.latency(Outcome.ANSWERED).getTotalCount()).isEqualTo(50);
            assertThat(measured.offered()).isEqualTo(100);
        }
    }

    private static Bounds bounds(int requests, int connections, int seconds) {
        return new Bounds(Duration.ZERO, Duration.ofSeconds(30), requests, connections, Duration.ofSeconds(seconds));
    }

    private static Measured run(Answering server, Load load, Bounds bounds) throws IOException {
        Target target = Target.of(server.url());
        List<byte[]> requests = List.of(target.post("/", List.of(), new byte[1000]));
        try (Wire wire = new HttpWire(target, requests, bounds.connections())) {
            return new Generator(wire, bounds).run(load);
        }
    }

    private static long slowerThan(int millis, Histogram micros) {
        return micros.getCountBetweenValues(millis * 1000L, Long.MAX_VALUE / 2);
    }

    private static int after(Duration stall) {
        await(new CountDownLatch(1), stall);
        return 200;
    }

    private static int await(CountDownLatch end) {
        await(end, Duration.ofSeconds(50));
        return 200;
    }

    private static void await(CountDownLatch latch, Duration longest) {
        try {
            latch.await(longest.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
