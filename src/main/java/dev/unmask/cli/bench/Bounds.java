package dev.unmask.cli.bench;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/// How much load is sent at most, and which part of it is measured.
///
/// @param warmUp at the start, not measured
/// @param duration that is measured, after the warm-up
/// @param requests at most, warm-up included
/// @param connections at most at a time
/// @param timeout that a caller waits for an answer
record Bounds(Duration warmUp, Duration duration, long requests, int connections, Duration timeout) {

    Map<String, Object> facts() {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("warmUpSeconds", warmUp.toMillis() / 1e3);
        facts.put("durationSeconds", duration.toMillis() / 1e3);
        facts.put("requests", requests);
        facts.put("connections", connections);
        facts.put("timeoutSeconds", timeout.toMillis() / 1e3);
        return facts;
    }
}
