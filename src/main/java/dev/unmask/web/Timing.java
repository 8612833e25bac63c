package dev.unmask.web;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/// Where the time of one request went, as the `Server-Timing` header says it, in milliseconds. Written by one thread at
/// a time.
final class Timing {

    static final String HEADER = "Server-Timing";

    private final Map<String, Long> nanos = new LinkedHashMap<>();

    <T> T of(String phase, Supplier<T> work) {
        long start = System.nanoTime();
        try {
            return work.get();
        } finally {
            add(phase, System.nanoTime() - start);
        }
    }

    void add(String phase, long spent) {
        nanos.merge(phase, spent, Long::sum);
    }

    boolean isEmpty() {
        return nanos.isEmpty();
    }

    @Override
    public String toString() {
        return nanos.entrySet().stream()
                .map(entry -> String.format(Locale.ROOT, "%s;dur=%.3f", entry.getKey(), entry.getValue() / 1e6))
                .collect(Collectors.joining(", "));
    }
}
