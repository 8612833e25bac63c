package dev.unmask.task;

import java.util.List;

/// Brings models in and takes them out while requests run, for the operator.
public interface ModelControl {

    /// Serves the bundle of a name from the operator's folder of models, in place of a model of that name if there is
    /// one. Returns when it is ready.
    void load(String name);

    /// Names of the bundles that could be loaded; none where that is not allowed.
    List<String> available();

    /// Serves a model no more. Returns when the last request that uses it was answered.
    void unload(String name);
}
