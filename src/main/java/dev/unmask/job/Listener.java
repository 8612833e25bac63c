package dev.unmask.job;

/// Told how a job fares, on the threads that do the work.
public interface Listener {

    Listener NONE = new Listener() {};

    /// A file was read.
    default void read(long bytes, long nanos) {}

    /// A picture was made ready, or refused.
    default void prepared(long nanos) {}

    /// A batch ran.
    default void ran(int rows, long nanos) {}

    /// A row is done; in the order of the input.
    default void done(Result result) {}
}
