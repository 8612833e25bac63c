package dev.unmask.cli;

import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import dev.unmask.ort.Bundle;
import dev.unmask.ort.CardPlan;
import dev.unmask.ort.CpuPlan;
import dev.unmask.ort.DeviceModel;
import dev.unmask.ort.Engine;
import dev.unmask.ort.LaneModels;
import dev.unmask.ort.LaneSetup;
import dev.unmask.ort.Setup;
import dev.unmask.ort.Stages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Which model, where, and how.
public final class ModelOptions {

    public static final String DEFAULT_MODEL = "mae-tiny";

    @Option(
            names = "--model",
            paramLabel = "MODEL",
            defaultValue = DEFAULT_MODEL,
            description = "A bundle: its folder, or its name in onnx/ (default: ${DEFAULT-VALUE}).")
    String model;

    @Mixin
    DeviceOptions where;

    DeviceModel open() {
        Setup setup = where.setup(Setup.ROWS);
        Engine.loadAhead();
        return DeviceModel.open(bundle(model), setup, Stages.UNHEARD);
    }

    /// What the lanes run that fit the device, or devices; on cards, warm.
    ///
    /// @param rows of one batch; 0: chosen
    LaneModels lanes(int rows) {
        LaneSetup setup = where.lanes();
        Bundle bundle = bundle(model);
        if (!setup.onCards()) {
            int cores = Runtime.getRuntime().availableProcessors();
            return LaneModels.open(bundle, setup.of(CpuPlan.of(cores, 0, 0, rows)), Stages.UNHEARD);
        }
        LaneModels models =
                LaneModels.open(bundle, setup.of(CardPlan.of(0, rows, 0, Integer.MAX_VALUE)), Stages.UNHEARD);
        models.warm();
        return models;
    }

    /// The bundle of a folder, or of a name in `onnx/`.
    public static Bundle bundle(String model) {
        Path folder = Path.of(model);
        if (Files.isDirectory(folder) || model.contains("/")) {
            return Bundle.open(folder);
        }
        Path named = models().resolve(model);
        if (!Files.isDirectory(named)) {
            throw new UnmaskException(
                    Fault.NOT_FOUND, "there is no model '" + model + "'; " + models() + " holds " + names());
        }
        return Bundle.open(named);
    }

    private static Path models() {
        return Path.of(System.getProperty("unmask.home", "")).resolve("onnx");
    }

    private static String names() {
        try (Stream<Path> folders = Files.list(models())) {
            String names = folders.filter(Files::isDirectory)
                    .map(folder -> folder.getFileName().toString())
                    .filter(name -> !name.startsWith("."))
                    .sorted()
                    .collect(Collectors.joining(", "));
            return names.isEmpty() ? "none" : names;
        } catch (IOException _) {
            return "none";
        }
    }
}
