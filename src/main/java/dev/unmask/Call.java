package dev.unmask;

/// Who waits for a run: for how long, and whether still. Times are nanoseconds on the clock of [System#nanoTime].
///
/// Asked from several threads and under a lock, so every method is quick and waits for nothing.
public interface Call {

    /// A caller who waits as long as it takes.
    Call PATIENT = new Call() {};

    /// A caller who waits until a moment.
    static Call until(long deadline) {
        return new Call() {
            @Override
            public long left(long now) {
                return deadline - now;
            }
        };
    }

    /// What is left at `now` before the deadline; 0 or less when it has passed.
    default long left(long now) {
        return Long.MAX_VALUE;
    }

    /// Whether nobody waits for the answer any more.
    default boolean abandoned() {
        return false;
    }

    /// Told, on the caller's own thread, where the time of an answered call went.
    ///
    /// @param queue until the last of its rows joined a batch
    /// @param run from there to the answer
    default void served(long queue, long run) {}
}
