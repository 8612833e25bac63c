package dev.unmask.cli;

import dev.unmask.UnmaskException;
import dev.unmask.batch.Pool;
import dev.unmask.job.Job;
import dev.unmask.job.LocalWork;
import dev.unmask.job.Views;
import dev.unmask.job.Work;
import dev.unmask.job.format.Format;
import dev.unmask.job.remote.RemoteWork;
import dev.unmask.job.remote.Services;
import dev.unmask.job.source.Inputs;
import dev.unmask.job.source.Source;
import dev.unmask.job.source.Survey;
import dev.unmask.ort.LaneModels;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/// How many pictures become a table.
final class JobOptions {

    @Option(
            names = "--column",
            paramLabel = "NAME",
            defaultValue = Inputs.COLUMN,
            description = "With a table as OUT: the column of .csv, .tsv and .parquet lists that holds paths"
                    + " (default: ${DEFAULT-VALUE}).")
    String column;

    @Option(
            names = "--shard-rows",
            paramLabel = "ROWS",
            defaultValue = "4096",
            description = "Rows of each of the table's files, which are complete one after the other"
                    + " (default: ${DEFAULT-VALUE}).")
    int shardRows;

    @Option(
            names = "--batch",
            paramLabel = "ROWS",
            defaultValue = "0",
            description = "Rows that the model runs at once (default: what fits the device).")
    int batch;

    @Option(names = "--restart", description = "Forget what an earlier job has left in OUT, and begin anew.")
    boolean restart;

    @Option(
            names = "--server",
            paramLabel = "URL",
            description = "Have a running service do the work, as http://host:8000; may be repeated for several that"
                    + " serve the same model. A key, if they ask for one, is taken from UNMASK_API_KEY.")
    List<String> servers = List.of();

    @Spec(Target.MIXEE)
    CommandSpec spec;

    /// Whether an output's name asks for a table.
    static boolean isTable(@Nullable String out) {
        return out != null && Format.all().stream().map(Format::suffix).anyMatch(suffix -> suffix.equals(suffix(out)));
    }

    /// Where a table goes. Refuses a name that asks for none.
    ///
    /// @param drawings folder for a PNG of each picture, if it is wanted
    static Job.Output output(String out, @Nullable Path drawings) {
        return new Job.Output(Path.of(out), Format.of(suffix(out)), drawings);
    }

    private static String suffix(String out) {
        String name = String.valueOf(Path.of(out).getFileName());
        return name.substring(name.lastIndexOf('.') + 1);
    }

    /// Refuses options of tables where there is none.
    void requireUnused() {
        for (String option : List.of("--column", "--shard-rows", "--batch", "--restart", "--server")) {
            if (isGiven(option)) {
                throw new ParameterException(
                        spec.commandLine(), option + " goes with a table as OUT: .parquet, .npy or .jsonl");
            }
        }
    }

    /// Runs a job.
    ///
    /// @param maker of the work, for what pictures become
    int run(
            ImageOptions pictures,
            ModelOptions model,
            Job.Output output,
            boolean json,
            Function<Views, LocalWork<?>> maker) {
        check("--shard-rows", shardRows, 1 << 24);
        check("--batch", batch == 0 ? 1 : batch, 1024);
        Source source = Inputs.of(pictures.images.stream().map(Path::toString).toList(), column, () -> System.in);
        Survey survey = Survey.of(source);
        if (survey.count() == 0) {
            throw UnmaskException.invalid("there are no pictures in " + pictures.images);
        }
        if (!servers.isEmpty()) {
            requireNothingOfDevices();
            try (Services services = Services.open(
                    servers, System.getenv(Services.KEY), isGiven("--model") ? model.model : null, Services.PATIENCE)) {
                Views views = Views.of(
                        services.model(),
                        pictures.viewing.preset(services.model().card()),
                        pictures.viewing.exif,
                        1,
                        1);
                Work<?> work = RemoteWork.of(services, maker.apply(views));
                return new TableJob<>(work, source, output, shardRows, Services.CALLS, json).run(survey, restart, spec);
            }
        }
        try (LaneModels lanes = model.lanes(batch)) {
            Pool pool = new Pool(lanes.lanes());
            int rows = lanes.lanes().getFirst().setup().maxRows();
            Work<?> work = maker.apply(
                    Views.of(pool, pictures.viewing.preset(pool.card()), pictures.viewing.exif, rows, pool.lanes()));
            int threads = Runtime.getRuntime().availableProcessors();
            return new TableJob<>(work, source, output, shardRows, threads, json).run(survey, restart, spec);
        }
    }

    private void requireNothingOfDevices() {
        for (String option : List.of("--device", "--precision", "--execution", "--batch")) {
            if (isGiven(option)) {
                throw new ParameterException(
                        spec.commandLine(), option + " is for models that run here; with --server they run there");
            }
        }
    }

    private boolean isGiven(String option) {
        return spec.commandLine().getParseResult().hasMatchedOption(option);
    }

    private void check(String option, int value, int most) {
        if (value < 1 || value > most) {
            throw new ParameterException(spec.commandLine(), option + " " + value + " is not in 1.." + most);
        }
    }
}
