package dev.unmask.batch;

import dev.unmask.Fault;

/// Hears what a batcher does, for metrics and logs. Called outside its lock, on the threads of callers and lanes;
/// so it is quick, and what it throws ends them.
public interface Listener {

    Listener NONE = new Listener() {};

    /// A request was accepted.
    ///
    /// @param depth rows that wait, with these
    default void queued(int rows, int depth) {}

    /// A row joined a batch.
    default void waited(long nanos) {}

    /// A lane ran a batch, or a part of one that it had rejected.
    ///
    /// @param tokens rows x (1 + kept)
    default void ran(int rows, int tokens, long nanos) {}

    /// A request ended without an answer.
    default void refused(Fault fault, int rows) {}

    /// A lane died.
    ///
    /// @param live lanes that are left
    default void died(int live, Throwable cause) {}
}
