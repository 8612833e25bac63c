package dev.unmask.ort;

import dev.unmask.Model;
import dev.unmask.Output;
import dev.unmask.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// A bundle on a device: one lane, or, where its setup's execution is plain, what any number of lanes share.
///
/// Closing waits for runs in progress, since ONNX Runtime frees a session under a run without asking; afterwards every
/// run is refused.
public sealed interface DeviceModel extends Model, AutoCloseable permits BoundModel, OrtModel {

    /// Opens a bundle; loads nothing yet.
    static DeviceModel open(Bundle bundle, Setup setup, Stages stages) {
        Setup resolved = setup.resolve(bundle);
        return resolved.execution() == Execution.PLAIN
                ? OrtModel.open(bundle, resolved, stages)
                : BoundModel.open(bundle, resolved, stages);
    }

    /// How it runs, with every choice made.
    Setup setup();

    default Device device() {
        return setup().device();
    }

    /// Loads the graphs that pictures need for these outputs, and names them.
    List<String> load(Set<Output> outputs);

    /// Starts to load the graphs for these outputs while the caller does something else. A failure shows when they run.
    default void loadAhead(Set<Output> outputs) {
        Engine.inBackground(() -> load(outputs));
    }

    /// Loads all graphs that take pictures and runs every size of batch that will come, the largest first.
    void warm();

    /// Native memory of the loaded graphs. Loads none, waits for nobody; empty where it cannot be told.
    Optional<ArenaUse> arena();

    /// The CUDA graphs that it has.
    default Captures captures() {
        return Captures.NONE;
    }

    /// The limits against golden of the graph that gives an output.
    Limits limits(Output output, Tensor.Type pixels);

    @Override
    void close();
}
