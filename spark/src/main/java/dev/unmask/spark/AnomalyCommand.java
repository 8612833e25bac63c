package dev.unmask.spark;

import dev.unmask.cli.options.AnomalyOptions;
import dev.unmask.job.AnomalyWork;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// How odd pictures are, and where.
@Command(
        name = "anomaly",
        sortOptions = false,
        description = "Judge each patch by how far the model's guess is from it: columns 'score', 'max' and 'map'.")
final class AnomalyCommand implements Callable<Integer> {

    @Mixin
    InputOptions input;

    @Mixin
    OutputOptions output;

    @Mixin
    ModelOptions model;

    @Mixin
    AnomalyOptions judging;

    @Option(names = "--heat", description = "Draw the heat over the photo into a column 'png'.")
    boolean heat;

    @Spec
    CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        return UnmaskSpark.run(job(), spec.commandLine());
    }

    Job job() {
        AnomalyWork.Options o = judging.options();
        Task task = new Task.Anomaly(o.masks(), o.rounds(), o.seed(), o.top(), heat);
        return new Job(input, model.spec(), task, output);
    }
}
