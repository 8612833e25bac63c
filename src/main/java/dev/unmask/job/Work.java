package dev.unmask.job;

import java.util.List;
import java.util.Map;

/// What a job does with pictures. Safe for many threads.
///
/// @param <P> a picture that is ready for its batch
public interface Work<P> {

    /// All that its rows depend on beside the pictures: the task, its options, the model. Two works that say the same
    /// give the same rows.
    Map<String, String> identity();

    /// The digest of the model.
    String digest();

    /// The columns of what it makes.
    List<Column> columns();

    /// Pictures of one full batch.
    int rows();

    /// Batches that may run at once.
    int runs();

    /// What takes most of the time of making a file ready, in a word.
    default String preparing() {
        return "decode";
    }

    /// Makes a file ready. Refuses what is no picture by an [dev.unmask.UnmaskException].
    Prepared<P> prepare(byte[] file) throws InterruptedException;

    /// Runs a batch. Refuses by an [dev.unmask.UnmaskException], which is the picture's own if it ran alone.
    List<Made> run(List<P> pictures);
}
