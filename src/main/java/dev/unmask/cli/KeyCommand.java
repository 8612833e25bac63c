package dev.unmask.cli;

import dev.unmask.task.Caller;
import dev.unmask.task.Keys;
import java.io.PrintWriter;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `unmask key`: a new key for callers of the service.
@Command(
        name = "key",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Make a random API key, and the lines of a configuration file that let it in (unmask serve --config).")
final class KeyCommand implements Runnable {

    @Parameters(paramLabel = "NAME", description = "What messages call the key.")
    String name;

    @Option(
            names = "--model",
            paramLabel = "NAME",
            defaultValue = Caller.EVERY_MODEL,
            description = "Model that it opens; may be repeated (default: all).")
    List<String> models;

    @Spec
    CommandSpec spec;

    @Override
    public void run() {
        String key = Keys.random();
        PrintWriter out = spec.commandLine().getOut();
        out.println("# " + key + " is the key; it is kept nowhere else");
        out.println("unmask:");
        out.println("  keys:");
        out.println("    - name: " + quoted(name));
        out.println("      sha256: " + Keys.sha256(key));
        out.println(
                "      models: [" + models.stream().map(KeyCommand::quoted).collect(Collectors.joining(", ")) + "]");
        out.flush();
    }

    private static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }
}
