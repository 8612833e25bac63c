package dev.unmask.cli;

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
            description = "Where the PNG goes: a file, - for standard output, or a folder for several pictures.")
    @Nullable
    String out;

    @Option(names = "--json", description = "Print the numbers as one line of JSON per picture.")
    boolean json;

    @Spec(Target.MIXEE)
    CommandSpec spec;

    Destination destination(List<Path> images) {
        if (out == null && !json) {
            throw misused("missing required option: '--out=OUT' (or --json for the numbers alone)");
        }
        if (out != null && out.equals("-") && json) {
            throw misused("--json and -o - both write to standard output");
        }
        return Destination.of(out, images);
    }

    private ParameterException misused(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
