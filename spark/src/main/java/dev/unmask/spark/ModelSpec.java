package dev.unmask.spark;

import dev.unmask.UnmaskException;
import dev.unmask.image.Preset;
import dev.unmask.ort.Choice;
import dev.unmask.ort.Precision;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/// Which model the executors run, where and how; sent to each of them.
///
/// @param model a bundle: its folder on every machine, or its name in the application's archives
/// @param digest that the bundle must have; null for whichever the driver finds
/// @param device auto, cpu, cuda or tensorrt; a card without a number is the one that Spark gives the task
/// @param precision of the numbers inside the graphs: auto, fp32, fp16 or bf16
/// @param batch rows of one run; 0 for what suits the device
/// @param preset that brings pictures to the model's size; null for the model's own
/// @param exif whether pictures are turned as their EXIF orientation says
/// @param natives folder of ONNX Runtime's libraries, on every machine or in the archives; null for one of the
/// executor's own
public record ModelSpec(
        String model,
        @Nullable String digest,
        String device,
        String precision,
        int batch,
        @Nullable String preset,
        boolean exif,
        @Nullable String natives)
        implements Serializable {

    private static final String AUTO = "auto";

    public ModelSpec {
        Choice.check(device);
        Precision.parse(precision);
        if (preset != null) {
            Preset.of(preset);
        }
        if (batch < 0) {
            throw UnmaskException.invalid("batch " + batch + " is less than 1");
        }
    }

    /// A bundle, run as suits each executor.
    public static ModelSpec of(String model) {
        return new ModelSpec(model, null, AUTO, AUTO, 0, null, false, null);
    }

    /// The same on another device.
    public ModelSpec on(String other) {
        return new ModelSpec(model, digest, other, precision, batch, preset, exif, natives);
    }

    /// The same bundle elsewhere, known by its digest.
    ModelSpec at(String place, @Nullable String known) {
        return new ModelSpec(place, known, device, precision, batch, preset, exif, natives);
    }
}
