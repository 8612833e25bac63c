package dev.unmask.spark;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// Pictures to vectors.
@Command(name = "embed", sortOptions = false, description = "Turn pictures into vectors: a column 'embedding'.")
final class EmbedCommand implements Callable<Integer> {

    @Mixin
    InputOptions input;

    @Mixin
    OutputOptions output;

    @Mixin
    ModelOptions model;

    @Option(
            names = "--pool",
            paramLabel = "POOL",
            defaultValue = "cls",
            description = "cls or mean (default: ${DEFAULT-VALUE}).")
    String pool;

    @Option(names = "--normalize", description = "Bring each vector to length 1.")
    boolean normalize;

    @Spec
    CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        return UnmaskSpark.run(job(), spec.commandLine());
    }

    Job job() {
        return new Job(input, model.spec(), new Task.Embed(pool, normalize), output);
    }
}
