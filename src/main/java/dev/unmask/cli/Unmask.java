package dev.unmask.cli;

import dev.unmask.DeviceLost;
import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import dev.unmask.cli.bench.BenchCommand;
import dev.unmask.cli.options.Conventions;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/// The `unmask` command. Exit codes: 0 done, 1 some inputs failed, 2 usage, 3 cannot run.
@Command(
        name = "unmask",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Production inference for masked autoencoders.",
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Through the launcher also:",
            "  serve        Serve models over HTTP (unmask serve --help).",
            "  export       Turn a PyTorch checkpoint into a bundle (unmask export --help).",
            "  natives      Install ONNX Runtime for a GPU (unmask natives --help).",
            "  bundle       Pack what a GPU machine without Java and network needs (unmask bundle --help).",
            "  spark        Run embed, reconstruct or anomaly on Apache Spark (unmask spark --help).",
            "  test         Run every check and test; with --gpu those that need a card.",
            "",
            "Exit codes: 0 done, 1 some inputs failed (each is named), 2 usage, 3 cannot run."
        })
public final class Unmask {

    public static final int DONE = 0;
    public static final int SOME_FAILED = 1;
    static final int USAGE = 2;
    static final int CANNOT_RUN = 3;

    private static final List<Class<?>> COMMANDS = List.of(
            ReconstructCommand.class,
            EmbedCommand.class,
            AnomalyCommand.class,
            ClassifyCommand.class,
            DescribeCommand.class,
            VerifyCommand.class,
            DoctorCommand.class,
            BenchCommand.class,
            KeyCommand.class,
            HelpCommand.class);

    private Unmask() {}

    public static void main(String[] args) {
        String[] given = args.length == 0 ? new String[] {"help"} : args;
        System.exit(run(commandLine(given[0]), given));
    }

    /// Runs a command; a device that is lost meanwhile ends it.
    static int run(CommandLine commands, String... given) {
        try {
            return commands.execute(given);
        } catch (DeviceLost lost) {
            commands.getErr().println("unmask: " + lost.getMessage());
            return CANNOT_RUN;
        }
    }

    /// The command that is asked for alone, since each one costs time to set up; else all, to choose from.
    public static CommandLine commandLine(String asked) {
        CommandLine commands = new CommandLine(new Unmask());
        List<Class<?>> chosen = COMMANDS.stream()
                .filter(command ->
                        !command.equals(HelpCommand.class) && name(command).equals(asked))
                .toList();
        (chosen.isEmpty() ? COMMANDS : chosen).forEach(commands::addSubcommand);
        Conventions.set(commands);
        commands.setExecutionExceptionHandler((failure, command, _) -> failed(failure, command.getErr()));
        return commands;
    }

    private static String name(Class<?> command) {
        return command.getAnnotation(Command.class).name();
    }

    private static int failed(Exception failure, PrintWriter err) {
        if (failure instanceof UnmaskException refusal) {
            err.println("unmask: " + refusal.getMessage());
            return refusal.fault() == Fault.INVALID ? USAGE : CANNOT_RUN;
        }
        err.println("unmask: internal error: " + failure + " (UNMASK_DEBUG=1 shows where)");
        if (System.getenv("UNMASK_DEBUG") != null) {
            failure.printStackTrace(err);
        }
        return CANNOT_RUN;
    }
}
