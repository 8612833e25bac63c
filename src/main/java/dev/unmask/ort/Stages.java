package dev.unmask.ort;

/// Told how long each stage of a run took, on the thread that runs it.
@FunctionalInterface
public interface Stages {

    Stages UNHEARD = (_, _, _) -> {};

    /// One stage of one run is done.
    ///
    /// @param stage assemble (rows laid out in native memory), encoder, decoder or classifier
    void took(String stage, int rows, long nanos);
}
