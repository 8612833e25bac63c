package dev.unmask.cli.bench;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.HdrHistogram.Histogram;

/// What a load was answered.
///
/// @param window that was measured
/// @param outcomes of all requests, of the warm-up too
/// @param statuses of all answers, of the warm-up too
/// @param latencies in microseconds from the intended time of sending, by outcome, of requests meant for the window
/// @param lateness in microseconds, by which the generator sent those requests after their intended time
/// @param good answers that arrived in the window
/// @param cpu time that this process spent on all requests
record Measured(
        Duration window,
        Map<Outcome, Long> outcomes,
        Map<Integer, Long> statuses,
        Map<Outcome, Histogram> latencies,
        Histogram lateness,
        long good,
        Duration cpu) {

    private static final double NANOS = 1e9;
    private static final double NANOS_PER_MILLI = 1e6;

    long count(Outcome outcome) {
        return Objects.requireNonNull(outcomes.get(outcome));
    }

    Histogram latency(Outcome outcome) {
        return Objects.requireNonNull(latencies.get(outcome));
    }

    /// Answers per second.
    double goodput() {
        return perSecond(good);
    }

    /// Requests per second that were meant to be sent.
    double offered() {
        return perSecond(
                latencies.values().stream().mapToLong(Histogram::getTotalCount).sum());
    }

    double perSecond(long count) {
        return window.isZero() ? 0 : count * NANOS / window.toNanos();
    }

    /// All requests, of the warm-up too.
    long requests() {
        return outcomes.values().stream().mapToLong(Long::longValue).sum();
    }

    /// Requests of which the server made something other than it should, of the warm-up too.
    long disorderly() {
        return outcomes.entrySet().stream()
                .filter(entry -> !entry.getKey().orderly())
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    /// Milliseconds of this process for one request.
    double cpuPerRequest() {
        return requests() == 0 ? 0 : cpu.toNanos() / NANOS_PER_MILLI / requests();
    }

    /// All of it, for JSON.
    Map<String, Object> facts() {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("seconds", window.toNanos() / NANOS);
        facts.put("offeredPerSecond", offered());
        facts.put("goodputPerSecond", goodput());
        facts.put("requests", requests());
        Map<String, Long> counts = new LinkedHashMap<>();
        outcomes.forEach((outcome, count) -> counts.put(outcome.toString(), count));
        facts.put("outcomes", counts);
        facts.put("statuses", statuses);
        Map<String, Latency> milliseconds = new LinkedHashMap<>();
        latencies.forEach((outcome, histogram) -> milliseconds.put(outcome.toString(), Latency.of(histogram)));
        facts.put("milliseconds", milliseconds);
        facts.put("sentLateMilliseconds", Latency.of(lateness));
        facts.put("generatorCpuMillisecondsPerRequest", cpuPerRequest());
        return facts;
    }
}
