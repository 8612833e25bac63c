package dev.unmask.ort;

import dev.unmask.UnmaskException;
import java.util.Locale;

/// How a run reaches its device.
public enum Execution {
    /// [#GRAPH] on a CUDA card, else [#PLAIN].
    AUTO,
    /// ONNX Runtime is handed host memory, and copies what the device needs. Any number of threads share one model.
    PLAIN,
    /// Inputs and outputs stay bound to memory of the device, so that only what is wanted is copied, and the latent
    /// never.
    BOUND,
    /// Bound, and the launches of every bucket are captured once as a CUDA graph and then replayed.
    GRAPH;

    /// `auto`, `plain`, `bound` or `graph`.
    public static Execution parse(String text) {
        for (Execution execution : values()) {
            if (execution.text().equals(text)) {
                return execution;
            }
        }
        throw UnmaskException.invalid("execution '" + text + "' is not auto, plain, bound or graph");
    }

    /// As [#parse] reads it.
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// What it comes to on a device.
    Execution resolve(Device device) {
        if (this == GRAPH && !(device instanceof Device.Cuda)) {
            throw UnmaskException.invalid("execution graph takes a CUDA card; the device is " + device.text());
        }
        if (this == BOUND && device instanceof Device.TensorRt) { // which has a stream of its own
            throw UnmaskException.invalid(
                    "execution bound takes a processor or a CUDA card; the device is " + device.text());
        }
        if (this != AUTO) {
            return this;
        }
        return device instanceof Device.Cuda ? GRAPH : PLAIN;
    }
}
