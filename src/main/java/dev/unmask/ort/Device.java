package dev.unmask.ort;

import dev.unmask.UnmaskException;

/// Where a model runs.
public sealed interface Device {

    /// The processor, with a number of threads inside one operator; 0 leaves the choice to ONNX Runtime.
    record Cpu(int threads) implements Device {}

    /// An NVIDIA card by its number.
    record Cuda(int index) implements Device {}

    /// `cpu`, `cuda` or `cuda:1`.
    static Device parse(String text) {
        if (text.equals("cpu")) {
            return new Cpu(0);
        }
        if (text.equals("cuda")) {
            return new Cuda(0);
        }
        if (text.matches("cuda:[0-9]{1,2}")) {
            return new Cuda(Integer.parseInt(text.substring("cuda:".length())));
        }
        throw UnmaskException.invalid("device '" + text + "' is not cpu, cuda or cuda:N");
    }

    /// The key of this kind of device in the manifest's tolerances.
    default String kind() {
        return switch (this) {
            case Cpu _ -> "cpu";
            case Cuda _ -> "cuda";
        };
    }

    /// As [#parse] reads it.
    default String text() {
        return switch (this) {
            case Cpu _ -> "cpu";
            case Cuda(int index) -> "cuda:" + index;
        };
    }
}
