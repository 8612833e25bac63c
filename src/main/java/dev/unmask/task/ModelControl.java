package dev.unmask.task;

/// Brings models in and takes them out while requests run, for the operator.
public interface ModelControl {

    /// Serves the bundle of a name from the operator's folder of models, in place of a model of that name if there is
    /// one. Returns when it is ready.
    void load(String name);

    /// Serves a model no more. Returns when the last request that uses it was answered.
    void unload(String name);
}
