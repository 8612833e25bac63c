package dev.unmask.spark;

import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import dev.unmask.cli.options.Conventions;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Optional;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/// The job for `spark-submit`. Exit codes: 0 done, 1 some pictures failed, 2 usage, 3 cannot run.
@Command(
        name = "unmask spark",
        description = "Masked autoencoders over a data lake.",
        subcommands = {EmbedCommand.class, ReconstructCommand.class, AnomalyCommand.class},
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Examples:",
            "  unmask spark embed --in photos/ --model onnx/mae-tiny --out photos.parquet",
            "  spark-submit unmask-spark.jar embed --in s3a://photos/ --model s3a://models/mae.zip --out s3a://vectors/",
            "",
            "Exit codes: 0 done, 1 some pictures failed (their rows say why), 2 usage, 3 cannot run."
        })
public final class UnmaskSpark {

    static final int DONE = 0;
    static final int SOME_FAILED = 1;
    static final int USAGE = 2;
    static final int CANNOT_RUN = 3;

    private static final String PLUGINS = "spark.plugins";
    private static final String ARCHIVES = "spark.archives";
    private static final String ATTEMPTS = "spark.stage.maxConsecutiveAttempts";

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show this help and exit.")
    boolean help;

    private UnmaskSpark() {}

    public static void main(String[] args) {
        int code = commandLine().execute(args.length == 0 ? new String[] {"--help"} : args);
        if (code != DONE) {
            System.exit(code); // Spark has ended; a driver in a cluster tells it by this alone
        }
    }

    static CommandLine commandLine() {
        CommandLine commands = new CommandLine(new UnmaskSpark());
        Conventions.set(commands);
        commands.setExecutionExceptionHandler((failure, command, _) -> failed(failure, command.getErr()));
        return commands;
    }

    /// Runs a job in an application of its own.
    static int run(Job job, CommandLine command) throws IOException {
        SparkSession.Builder builder = SparkSession.builder()
                .appName("unmask " + command.getCommandName())
                .config(PLUGINS, and(PLUGINS, UnmaskPlugin.class.getName()));
        Optional<String> unpacked = ModelFiles.unpacked(job.model().model());
        if (unpacked.isPresent()) {
            builder.config(ARCHIVES, and(ARCHIVES, job.model().model() + "#" + unpacked.get()));
        }
        // Each lost executor may end an attempt of a stage, and an hour-long job may lose many.
        builder.config(ATTEMPTS, new SparkConf().get(ATTEMPTS, "100"));
        try (SparkSession session = builder.getOrCreate()) {
            return job.run(session, command.getOut(), command.getErr());
        }
    }

    /// What the submitter set, and one more.
    private static String and(String list, String more) {
        String set = new SparkConf().get(list, "");
        return set.isEmpty() ? more : set + "," + more;
    }

    private static int failed(Exception failure, PrintWriter err) {
        Optional<UnmaskException> refusal = refusal(failure);
        err.println("unmask: "
                + refusal.map(UnmaskException::getMessage).orElseGet(() -> String.valueOf(failure.getMessage())));
        return refusal.filter(known -> known.fault() == Fault.INVALID).isPresent() ? USAGE : CANNOT_RUN;
    }

    /// What a task or the driver refused, below what Spark says of it.
    private static Optional<UnmaskException> refusal(Throwable failure) {
        @Nullable Throwable cause = failure;
        while (cause != null) {
            if (cause instanceof UnmaskException refusal) {
                return Optional.of(refusal);
            }
            cause = cause.getCause();
        }
        return Optional.empty();
    }
}
