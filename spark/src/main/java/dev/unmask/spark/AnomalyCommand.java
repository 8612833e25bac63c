package dev.unmask.spark;

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

    @Option(
            names = "--masks",
            paramLabel = "K",
            defaultValue = "4",
            description = "Groups of patches that are hidden in turn (default: ${DEFAULT-VALUE}).")
    int masks;

    @Option(
            names = "--rounds",
            paramLabel = "R",
            defaultValue = "1",
            description = "How often each patch is judged, in other groups each time (default: ${DEFAULT-VALUE}).")
    int rounds;

    @Option(
            names = "--seed",
            paramLabel = "SEED",
            defaultValue = "0",
            description = "Draws the groups (default: ${DEFAULT-VALUE}).")
    long seed;

    @Option(
            names = "--top",
            paramLabel = "Q",
            defaultValue = "0.02",
            description = "The score is the mean error of this share of the patches, the oddest"
                    + " (default: ${DEFAULT-VALUE}).")
    double top;

    @Option(names = "--heat", description = "Draw the heat over the photo into a column 'png'.")
    boolean heat;

    @Spec
    CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        return UnmaskSpark.run(job(), spec.commandLine());
    }

    Job job() {
        return new Job(input, model.spec(), new Task.Anomaly(masks, rounds, seed, top, heat), output);
    }
}
