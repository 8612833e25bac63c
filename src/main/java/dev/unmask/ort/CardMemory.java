package dev.unmask.ort;

/// Memory of a card, of all who use it.
public record CardMemory(long free, long total) {

    /// For people.
    @Override
    public String toString() {
        return "%.1f of %.1f GiB free".formatted(free / (double) (1 << 30), total / (double) (1 << 30));
    }
}
