package dev.unmask.ort;

/// Told how long each stage of a run took, on the thread that runs it.
@FunctionalInterface
public interface Stages {

    Stages UNHEARD = (_, _, _) -> {};

    /// One stage of one run is done.
    ///
    /// @param stage assemble (rows laid out in native memory), encoder, decoder, judge or classifier. Bound
    /// runs also have upload and download, and tell all but assemble by the clock of their device
    void took(String stage, int rows, long nanos);

    /// Rows were added to a run to fill its bucket, perhaps none.
    default void padded(int rows) {}

    /// A bucket could not be captured as a CUDA graph and is run without.
    default void uncaptured(String bucket, String why) {}
}
