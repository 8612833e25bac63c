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

    /// The variant of a graph that computes so and takes such pixels. A decoder takes none; a judge, which compares
    /// pixels, always computes in float32.
    String variant(String graph, Tensor.Type pixels) {
        if (graph.equals("judge") && this != FP32) {
            return FP32.variant(graph, pixels);
        }
        if (pixels != Tensor.Type.UINT8 || graph.equals("decoder")) {
            return text();
        }
        return this == FP32 ? "uint8" : "uint8-" + text();
    }

    /// Bytes of a weight.
    int bytes() {
        return this == FP32 ? Float.BYTES : Short.BYTES;
    }

    /// What it comes to for a bundle on a device. Refused if the bundle has no such graphs.
    Precision resolve(Bundle bundle, Device device) {
        if (this == AUTO) {
            return device instanceof Device.Gpu && bundle.has(FP16) ? FP16 : FP32;
        }
        if (this != FP32 && !bundle.has(this)) {
            String has = Stream.of(FP32, FP16, BF16)
                    .filter(precision -> precision == FP32 || bundle.has(precision))
                    .map(Precision::text)
                    .collect(Collectors.joining(", "));
            throw new UnmaskException(
                    Fault.UNAVAILABLE, "precision " + text() + " asked for, " + bundle.folder() + " has " + has);
        }
        return this;
    }
}
