package dev.unmask.cli;

import dev.unmask.ort.Bundle;
import picocli.CommandLine.Parameters;

/// The bundle that a command is about.
public final class BundleParameter {

    @Parameters(
            paramLabel = "BUNDLE",
            arity = "0..1",
            defaultValue = ModelOptions.DEFAULT_MODEL,
            description = "A bundle: its folder, or its name in onnx/ (default: ${DEFAULT-VALUE}).")
    String bundle;

    public Bundle open() {
        return ModelOptions.bundle(bundle);
    }
}
