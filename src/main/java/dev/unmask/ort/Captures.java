package dev.unmask.ort;

/// Runs that were captured as CUDA graphs.
///
/// @param captured buckets, graph by graph, that are replayed
/// @param failed buckets that could not be captured and are run without
public record Captures(int captured, int failed) {

    static final Captures NONE = new Captures(0, 0);
}
