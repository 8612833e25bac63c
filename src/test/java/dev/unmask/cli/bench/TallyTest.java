package dev.unmask.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/// What counts for which window, and when requests are meant to be sent.
class TallyTest {

    private static final long MILLI = 1_000_000;

    @Test
    void latencyBelongsToTheTimeOfSendingAndGoodputToTheTimeOfAnswering() {
        Tally tally = new Tally(1000 * MILLI, 2000 * MILLI);
        tally.answered(500 * MILLI, 900 * MILLI, 200); // all in the warm-up
        tally.answered(900 * MILLI, 1100 * MILLI, 200); // done in the window, sent before
        tally.answered(1000 * MILLI, 1250 * MILLI, 200);
        tally.answered(1900 * MILLI, 2400 * MILLI, 200); // sent in the window, done after
        tally.answered(1500 * MILLI, 1501 * MILLI, 429);
        Measured measured = tally.measured(3000 * MILLI, Duration.ofMillis(50));
        assertThat(measured.good()).isEqualTo(2);
        assertThat(measured.goodput()).isEqualTo(2);
        assertThat(measured.offered()).isEqualTo(3);
        assertThat(measured.requests()).isEqualTo(5);
        assertThat(measured.cpuPerRequest()).isEqualTo(10);
        assertThat(measured.statuses()).isEqualTo(Map.of(200, 4L, 429, 1L));
        Latency answered = Latency.of(measured.latency(Outcome.ANSWERED));
        assertThat(answered.count()).isEqualTo(2);
        assertThat(answered.p50()).isCloseTo(250, within(0.25));
        assertThat(answered.max()).isCloseTo(500, within(0.5));
        assertThat(Latency.of(measured.latency(Outcome.REFUSED)).max()).isEqualTo(1);
    }

    @Test
    void aRunThatEndsEarlyIsMeasuredAsLongAsItWas() {
        Tally tally = new Tally(0, 10_000 * MILLI);
        tally.answered(0, 10 * MILLI, 200);
        assertThat(tally.measured(500 * MILLI, Duration.ZERO).goodput()).isEqualTo(2);
    }

    @Test
    void statusesBecomeOutcomes() {
        assertThat(Outcome.of(204)).isEqualTo(Outcome.ANSWERED);
        assertThat(Outcome.of(429)).isEqualTo(Outcome.REFUSED);
        assertThat(Outcome.of(503)).isEqualTo(Outcome.REFUSED);
        assertThat(Outcome.of(504)).isEqualTo(Outcome.EXPIRED);
        assertThat(Outcome.of(302)).isEqualTo(Outcome.ERROR);
        assertThat(Outcome.of(404)).isEqualTo(Outcome.ERROR);
        assertThat(Outcome.of(500)).isEqualTo(Outcome.ERROR);
    }

    @Test
    void aPoissonProcessIsDrawnFromItsSeed() {
        long[] times = times(new Load.Open(50, false, 7), 100_000);
        assertThat(times(new Load.Open(50, false, 7), 100_000)).isEqualTo(times);
        assertThat(times(new Load.Open(50, false, 8), 100_000)).isNotEqualTo(times);
        assertThat(times).isSorted();
        double mean = times[times.length - 1] / 1e9 / times.length;
        assertThat(mean).isCloseTo(1 / 50.0, within(0.0004)); // six standard errors
        double variance = 0;
        for (int i = 1; i < times.length; i++) {
            variance += Math.pow((times[i] - times[i - 1]) / 1e9 - mean, 2) / times.length;
        }
        assertThat(Math.sqrt(variance))
                .as("deviation of an exponential gap is its mean")
                .isCloseTo(mean, within(0.0005));
    }

    @Test
    void uniformArrivalsAreEquallyFarApart() {
        assertThat(times(new Load.Open(4, true, 0), 3)).containsExactly(250 * MILLI, 500 * MILLI, 750 * MILLI);
    }

    private static long[] times(Load.Open load, int count) {
        LongSupplier arrivals = load.arrivals();
        return LongStream.generate(arrivals).limit(count).toArray();
    }
}
