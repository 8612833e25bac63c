package dev.unmask.cli.bench;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/// Counts how requests end and how long they take. Safe for many threads.
///
/// A request belongs to the window in which it was meant to be sent, however late its answer; goodput counts the
/// answers
/// that arrived in the window, so that a queue which fills up does not pass for work done.
final class Tally {

    private static final int DIGITS = 3;

    private final long from;
    private final long to;
    private final Map<Outcome, LongAdder> ends = new EnumMap<>(Outcome.class);
    private final Map<Outcome, Histogram> latencies = new EnumMap<>(Outcome.class);
    private final Map<Integer, LongAdder> statuses = new ConcurrentHashMap<>();
    private final Histogram lateness = histogram();
    private final LongAdder good = new LongAdder();

    /// @param from begin of the window in the time of [System#nanoTime]
    /// @param to end of the window
    Tally(long from, long to) {
        this.from = from;
        this.to = to;
        for (Outcome outcome : Outcome.values()) {
            ends.put(outcome, new LongAdder());
            latencies.put(outcome, histogram());
        }
    }

    /// A histogram of microseconds.
    static Histogram histogram() {
        return new ConcurrentHistogram(DIGITS);
    }

    static void record(Histogram histogram, long nanos) {
        histogram.recordValue(Math.max(0, TimeUnit.NANOSECONDS.toMicros(nanos)));
    }

    /// A request left.
    void sent(long intended, long now) {
        if (inWindow(intended)) {
            record(lateness, now - intended);
        }
    }

    /// A request ended with an answer.
    void answered(long intended, long now, int status) {
        statuses.computeIfAbsent(status, _ -> new LongAdder()).increment();
        ended(intended, now, Outcome.of(status));
    }

    /// A request ended.
    void ended(long intended, long now, Outcome outcome) {
        Objects.requireNonNull(ends.get(outcome)).increment();
        if (inWindow(intended)) {
            record(Objects.requireNonNull(latencies.get(outcome)), now - intended);
        }
        if (outcome == Outcome.ANSWERED && inWindow(now)) {
            good.increment();
        }
    }

    /// What was counted, once every request has ended.
    Measured measured(long ended, Duration cpu) {
        Map<Outcome, Long> outcomes = new EnumMap<>(Outcome.class);
        ends.forEach((outcome, count) -> outcomes.put(outcome, count.sum()));
        Map<Integer, Long> answers = new TreeMap<>();
        statuses.forEach((status, count) -> answers.put(status, count.sum()));
        Duration window = Duration.ofNanos(Math.max(0, Math.min(to - from, ended - from)));
        return new Measured(window, outcomes, answers, latencies, lateness, good.sum(), cpu);
    }

    private boolean inWindow(long moment) {
        return moment - from >= 0 && moment - to < 0;
    }
}
