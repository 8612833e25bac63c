package dev.unmask.spark;

import dev.unmask.cli.options.ReconstructOptions;
import dev.unmask.task.ReconstructionPanel;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
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

    @Mixin
    ReconstructOptions filling;

    @Option(
            names = "--panels",
            paramLabel = "PANELS",
            split = ",",
            description = "Draw these of ${COMPLETION-CANDIDATES} into a column 'png'; one alone is drawn bare.")
    List<ReconstructionPanel> panels = List.of();

    @Spec
    CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        return UnmaskSpark.run(job(), spec.commandLine());
    }

    Job job() {
        Task task =
                new Task.Reconstruct(filling.ratio, filling.seed, filling.mask, filling.boxes, filling.stats, panels);
        return new Job(input, model.spec(), task, output);
    }
}
