package dev.unmask.cli;

import dev.unmask.job.Job;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/// Where drawn results go, and whether the numbers are printed.
final class ResultOptions {

    @Option(
            names = {"-o", "--out"},
            paramLabel = "OUT",
            description = "Where the PNG goes: a file, - for standard output, or a folder for several pictures. Or a"
                    + " table of the numbers of any number of pictures: TABLE.parquet, .npy or .jsonl.")
    @Nullable
    String out;

    @Option(names = "--json", description = "Print the numbers as one line of JSON per picture.")
    boolean json;

    @Option(
            names = "--pictures",
            paramLabel = "FOLDER",
            description = "With a table as OUT: also write a PNG of each picture, in the tree of the inputs.")
    @Nullable
    Path pictures;

    @Spec(Target.MIXEE)
    CommandSpec spec;

    Destination destination(List<Path> images) {
        if (out == null && !json) {
            throw misused("missing required option: '--out=OUT' (or --json for the numbers alone)");
        }
        if (out != null && out.equals("-") && json) {
            throw misused("--json and -o - both write to standard output");
        }
        if (pictures != null) {
            throw misused("--pictures goes with a table as OUT: .parquet, .npy or .jsonl");
        }
        return Destination.of(out, images);
    }

    /// Where a table goes, if it is one.
    Job.Output table() {
        return JobOptions.output(String.valueOf(out), pictures);
    }

    private ParameterException misused(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
