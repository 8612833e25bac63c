package dev.unmask.door;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/// Where the time of one request went; written as the `Server-Timing` header says it, in milliseconds. Written by one
/// thread at a time.
public final class Timing {

    public static final String HEADER = "Server-Timing";

    /// A stretch of the request's time.
    ///
    /// @param start on the clock of [System#nanoTime]
    public record Phase(String name, long start, long nanos) {}

    private final List<Phase> phases = new ArrayList<>();

    /// All stretches in the order of their ends; a phase may have several.
    public List<Phase> phases() {
        return List.copyOf(phases);
    }

    /// Nanoseconds of all stretches of a phase.
    public long sum(String phase) {
        return phases.stream()
                .filter(each -> each.name().equals(phase))
                .mapToLong(Phase::nanos)
                .sum();
    }

    /// Does the work of a phase.
    public <T> T of(String phase, Supplier<T> work) {
        long start = System.nanoTime();
        try {
            return work.get();
        } finally {
            add(phase, start, System.nanoTime() - start);
        }
    }

    public void add(String phase, long start, long nanos) {
        phases.add(new Phase(phase, start, nanos));
    }

    public boolean isEmpty() {
        return phases.isEmpty();
    }

    @Override
    public String toString() {
        Map<String, Long> sums = new LinkedHashMap<>();
        phases.forEach(phase -> sums.merge(phase.name(), phase.nanos(), Long::sum));
        return sums.entrySet().stream()
                .map(entry -> String.format(Locale.ROOT, "%s;dur=%.3f", entry.getKey(), entry.getValue() / 1e6))
                .collect(Collectors.joining(", "));
    }
}
