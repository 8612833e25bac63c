package dev.unmask.spark;

import dev.unmask.task.Reconstruct.PatchStats;
import dev.unmask.task.ReconstructionPanel;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// Pictures filled in.
@Command(
        name = "reconstruct",
        sortOptions = false,
        description = "Hide patches of pictures and let the model fill them in: a column 'loss'; with --panels, 'png'.")
final class ReconstructCommand implements Callable<Integer> {

    @Mixin
    InputOptions input;

    @Mixin
    OutputOptions output;

    @Mixin
    ModelOptions model;

    @Option(
            names = "--ratio",
            paramLabel = "R",
            description = "Share of the patches to hide, in [0, 1) (default: 0.75).")
    @Nullable
    Double ratio;

    @Option(
            names = "--seed",
            paramLabel = "S",
            description = "Which patches: the mask that torch.manual_seed(S) gives (default: 0).")
    @Nullable
    Long seed;

    @Option(
            names = "--mask",
            paramLabel = "MASK",
            description = "Instead of a ratio: one character per patch, 1 hidden; or hidden patch numbers, as [3,17].")
    @Nullable
    String mask;

    @Option(
            names = "--boxes",
            paramLabel = "X,Y,W,H",
            description =
                    "Instead of a ratio: boxes in pixels of the picture, ; between; the patches they touch are hidden.")
    @Nullable
    String boxes;

    @Option(
            names = "--panels",
            paramLabel = "PANELS",
            split = ",",
            description = "Draw these of ${COMPLETION-CANDIDATES} into a column 'png'; one alone is drawn bare.")
    List<ReconstructionPanel> panels = List.of();

    @Option(
            names = "--patch-stats",
            paramLabel = "FROM",
            defaultValue = "none",
            description =
                    "For models trained on normalised pixels: 'original' lends each patch the original's mean and deviation.")
    PatchStats stats;

    @Spec
    CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        return UnmaskSpark.run(job(), spec.commandLine());
    }

    Job job() {
        return new Job(input, model.spec(), new Task.Reconstruct(ratio, seed, mask, boxes, stats, panels), output);
    }
}
