package dev.unmask.ort;

import dev.unmask.Fault;
import dev.unmask.Tensor;
import dev.unmask.UnmaskException;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The numbers inside the graphs. What goes in and what comes out is the same in each.
public enum Precision {
    /// Half precision on a card if the bundle has such graphs, else [#FP32].
    AUTO,
    FP32,
    FP16,
    BF16;

    /// `auto`, `fp32`, `fp16` or `bf16`.
    public static Precision parse(String text) {
        for (Precision precision : values()) {
            if (precision.text().equals(text)) {
                return precision;
            }
        }
        throw UnmaskException.invalid("precision '" + text + "' is not auto, fp32, fp16 or bf16");
    }

    /// As [#parse] reads it.
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// The variant of a graph that computes so on a device and takes such pixels. A decoder takes none; a judge
    /// always computes in float32. TensorRT has graphs of its own for half precision, since it would leave
    /// the fused ones to CUDA.
    String variant(Device device, String graph, Tensor.Type pixels) {
        Precision own = graph.equals("judge") ? FP32 : this;
        String type = own == FP16 && device instanceof Device.TensorRt ? "trt" : own.text();
        if (pixels != Tensor.Type.UINT8 || graph.equals("decoder")) {
            return type;
        }
        return own == FP32 ? "uint8" : "uint8-" + type;
    }

    /// Bytes of a weight.
    int bytes() {
        return this == FP32 ? Float.BYTES : Short.BYTES;
    }

    /// What it comes to for a bundle on a device. Refused if the bundle has no such graphs for the device.
    Precision resolve(Bundle bundle, Device device) {
        if (this == AUTO) {
            return device instanceof Device.Gpu && FP16.isIn(bundle, device) ? FP16 : FP32;
        }
        if (!isIn(bundle, device)) {
            String has = Stream.of(FP32, FP16, BF16)
                    .filter(precision -> precision.isIn(bundle, device))
                    .map(Precision::text)
                    .collect(Collectors.joining(", "));
            String where = device instanceof Device.TensorRt ? " for " + device.text() : "";
            throw new UnmaskException(
                    Fault.UNAVAILABLE,
                    "precision " + text() + " asked for, " + bundle.folder() + " has " + has + where);
        }
        return this;
    }

    /// Float32 is in every bundle; bfloat16 for TensorRT in none, for its graphs are fused and would be left to CUDA.
    private boolean isIn(Bundle bundle, Device device) {
        return this == FP32 || (!(this == BF16 && device instanceof Device.TensorRt) && bundle.has(this, device));
    }
}
