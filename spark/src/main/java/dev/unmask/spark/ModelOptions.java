package dev.unmask.spark;

import dev.unmask.cli.options.ViewOptions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Which model, where, and how pictures are brought to it.
final class ModelOptions {

    @Option(
            names = "--model",
            paramLabel = "MODEL",
            required = true,
            description = "A bundle: its folder on every machine, or in what --archives distribute; or an archive of it"
                    + " (.zip, .tar, .tar.gz, .tgz), which the job distributes.")
    String model;

    @Option(
            names = "--digest",
            paramLabel = "SHA256",
            description = "That the model must have, as `unmask describe` prints it"
                    + " (default: of the model that the driver sees).")
    @Nullable
    String digest;

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            defaultValue = "auto",
            description = "auto, cpu, cuda or tensorrt; a card is the one that Spark gives the task as its resource"
                    + " 'gpu' (default: ${DEFAULT-VALUE}).")
    String device;

    @Option(
            names = "--precision",
            paramLabel = "PRECISION",
            defaultValue = "auto",
            description = "Of the numbers inside the graphs: fp32, fp16, bf16, or auto, fp16 on a card if the bundle"
                    + " has it (default: ${DEFAULT-VALUE}).")
    String precision;

    @Option(
            names = "--batch",
            paramLabel = "ROWS",
            defaultValue = "0",
            description = "Rows of one run (default: 8 on a processor, 128 on a card).")
    int batch;

    @Option(
            names = "--natives",
            paramLabel = "FOLDER",
            description = "ONNX Runtime's libraries, on every machine or in what --archives distribute; needed on cards"
                    + " (default: those for processors, from this jar).")
    @Nullable
    String natives;

    @Mixin
    ViewOptions viewing;

    ModelSpec spec() {
        return new ModelSpec(model, digest, device, precision, batch, viewing.preset, viewing.exif, natives);
    }
}
