package dev.unmask.ort;

import dev.unmask.Placement;
import dev.unmask.Tensor;
import dev.unmask.UnmaskException;
import java.time.Instant;
import java.util.List;

/// How one lane runs a bundle.
///
/// @param maxRows of one run on the device; more are run one part after the other
/// @param memoryLimit bytes that ONNX Runtime may take on a card for the tensors between operators, graph by graph; 0
/// for no limit
/// @param why on this device, for people
public record Setup(
        Device device, Precision precision, Execution execution, int maxRows, long memoryLimit, String why) {

    /// Rows of a run that nobody chose.
    public static final int ROWS = 32;

    public Setup {
        if (maxRows < 1) {
            throw UnmaskException.invalid("max rows " + maxRows + " is less than 1");
        }
        if (memoryLimit < 0) {
            throw UnmaskException.invalid("memory limit " + memoryLimit + " is less than 0");
        }
    }

    /// What fits a device.
    public static Setup of(Device device) {
        return new Setup(device, Precision.AUTO, Execution.AUTO, ROWS, 0, "asked for");
    }

    /// The same with every choice made.
    Setup resolve(Bundle bundle) {
        Precision chosen = precision.resolve(bundle, device);
        boolean lacks = precision == Precision.AUTO && chosen == Precision.FP32 && device instanceof Device.Gpu;
        return new Setup(
                device,
                chosen,
                execution.resolve(device),
                maxRows,
                memoryLimit,
                lacks
                        ? why + "; the bundle has no " + Precision.FP16.variant(device, "encoder", Tensor.Type.FLOAT32)
                                + " graphs"
                        : why);
    }

    /// The variant of a graph that it runs on such pixels.
    String variant(String graph, Tensor.Type pixels) {
        return precision.variant(device, graph, pixels);
    }

    /// Where a model runs that has loaded these graphs.
    Placement placement(List<String> graphs, Instant since) {
        return new Placement(device.text(), precision.text(), execution.text(), why, graphs, since);
    }
}
