package dev.unmask;

import java.util.List;

/// Who waits for a run: how urgently, for how long, and whether still. Times are nanoseconds on the clock of
/// [System#nanoTime].
///
/// Asked from several threads and under a lock, so every method is quick and waits for nothing.
public interface Call {

    /// Levels of urgency, of which 1 is the most urgent.
    int PRIORITIES = 3;

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

    /// How urgent it is, from 1 to [#PRIORITIES].
    default int priority() {
        return 2;
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
    /// @param shares in the batches that gave the answer, in the order of its rows
    default void served(long queue, long run, List<Share> shares) {}

    /// What a call had of one batch.
    ///
    /// @param rows of the call
    /// @param batch rows of the whole batch
    /// @param nanos that the batch took to run
    record Share(int rows, int batch, long nanos) {}
}
