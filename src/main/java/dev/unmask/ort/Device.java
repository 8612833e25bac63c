package dev.unmask.ort;

import dev.unmask.UnmaskException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Where a model runs.
public sealed interface Device {

    /// The processor, with a number of threads inside one operator; 0 leaves the choice to ONNX Runtime.
    record Cpu(int threads) implements Device {}

    /// An NVIDIA card by its number, as CUDA counts.
    sealed interface Gpu extends Device {
        int index();
    }

    /// A card that runs CUDA kernels of ONNX Runtime.
    record Cuda(int index) implements Gpu {}

    /// A card that runs what TensorRT makes of a graph.
    record TensorRt(int index) implements Gpu {}

    /// `cpu`, `cuda:1` or `tensorrt:1`; a card without a number is the first.
    static Device parse(String text) {
        if (text.equals("cpu")) {
            return new Cpu(0);
        }
        Matcher card = Pattern.compile("(cuda|tensorrt)(?::([0-9]{1,2}))?").matcher(text);
        if (!card.matches()) {
            throw UnmaskException.invalid("device '" + text + "' is not cpu, cuda:N or tensorrt:N");
        }
        int index = card.group(2) == null ? 0 : Integer.parseInt(card.group(2));
        return card.group(1).equals("cuda") ? new Cuda(index) : new TensorRt(index);
    }

    /// The key of this kind of device in the manifest's tolerances.
    default String kind() {
        return switch (this) {
            case Cpu _ -> "cpu";
            case Cuda _ -> "cuda";
            case TensorRt _ -> "tensorrt";
        };
    }

    /// As [#parse] reads it.
    default String text() {
        return switch (this) {
            case Cpu _ -> kind();
            case Gpu card -> kind() + ":" + card.index();
        };
    }
}
