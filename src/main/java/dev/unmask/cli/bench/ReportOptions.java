package dev.unmask.cli.bench;

import dev.unmask.cli.Destination;
import dev.unmask.cli.Json;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/// Where a benchmark's report goes: a table for people, JSON for programs.
final class ReportOptions {

    @Option(names = "--json", paramLabel = "FILE", description = "Write the report to a file as JSON, too.")
    @Nullable
    Path json;

    @Spec(Target.MIXEE)
    CommandSpec spec;

    private @Nullable Environment environment;

    /// Looks around before anything is measured, and refuses a file that cannot be written.
    void begin() {
        environment = Environment.here();
        if (json != null) {
            Destination.requireFolder(json.toAbsolutePath().getParent());
        }
    }

    /// Says on standard error what is being done.
    void progress(String what) {
        spec.commandLine().getErr().println("unmask: " + what);
        spec.commandLine().getErr().flush();
    }

    /// Prints where, with what and what was measured.
    ///
    /// @param table for people
    /// @param results the same for programs
    void report(String model, Map<String, Object> settings, Object table, Object results) {
        String chosen = settings.entrySet().stream()
                .map(setting -> setting.getKey() + " " + setting.getValue())
                .collect(Collectors.joining(", "));
        PrintWriter out = spec.commandLine().getOut();
        out.print(Objects.requireNonNull(environment));
        out.println("model    " + model);
        out.println("settings " + chosen);
        out.println();
        out.print(table);
        out.flush();
        save(model, settings, results);
    }

    /// Writes the file, if one was asked for: at the end, or what there is so far.
    void save(String model, Map<String, Object> settings, Object results) {
        if (json != null) {
            Map<String, Object> facts = new LinkedHashMap<>();
            facts.put("benchmark", spec.name());
            facts.put("environment", environment);
            facts.put("model", model);
            facts.put("settings", settings);
            facts.put("results", results);
            var text = new StringWriter();
            Json.printPretty(new PrintWriter(text), facts);
            Destination.replace(json, text.toString().getBytes(StandardCharsets.UTF_8));
        }
    }
}
