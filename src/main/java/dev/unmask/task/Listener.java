package dev.unmask.task;

import dev.unmask.task.Embed.Pool;

/// Hears what becomes of pictures, for metrics: how long they take, and what would show that they are drifting away
/// from those a model was trained on. Called on the threads of callers and decoders, so it is quick.
public interface Listener {

    Listener NONE = new Listener() {};

    /// A picture was decoded and brought to the model's size.
    default void prepared(String model, long decodeNanos, long preprocessNanos) {}

    /// A picture was filled in.
    ///
    /// @param loss NaN when nothing was hidden
    default void reconstructed(String model, double loss) {}

    /// A picture became a vector, or one for each patch.
    ///
    /// @param norm see [Embedding#norm]
    default void embedded(String model, Pool pool, double norm) {}

    /// A picture was searched for anomalies.
    default void judged(String model, double score) {}
}
