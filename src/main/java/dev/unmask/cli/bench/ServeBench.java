package dev.unmask.cli.bench;

import dev.unmask.UnmaskException;
import dev.unmask.cli.ModelOptions;
import dev.unmask.cli.Table;
import dev.unmask.cli.Unmask;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `unmask bench serve`: load over HTTP.
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Send photos to a server on this machine and measure what it answers.",
            "Latency counts from when a request was meant to be sent, so a server that stalls is charged for every"
                    + " request it held up. Without a URL, a server is started and stopped."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:every request was answered or refused",
            "1:some failed, were lost or got no answer in time",
            "2:usage",
            "3:cannot run"
        },
        footer = {
            "",
            "Examples:",
            "  unmask bench serve --rate 20",
            "  unmask bench serve http://localhost:8000 --callers 1 --json one.json",
            "  unmask bench serve --rate 400 --path '/v1/reconstruct?ratio=0.5'"
        })
final class ServeBench implements Callable<Integer> {

    @Parameters(
            paramLabel = "URL",
            arity = "0..1",
            description = "A server on this machine, as http://localhost:8000 (default: one of our own).")
    @Nullable
    String url;

    @ArgGroup(exclusive = true, multiplicity = "1")
    LoadOptions load = new LoadOptions();

    @Option(names = "--uniform", description = "With --rate: equal distances instead of a Poisson process.")
    boolean uniform;

    @Option(
            names = "--seed",
            paramLabel = "SEED",
            defaultValue = "0",
            description = "With --rate: draws the times of sending (default: ${DEFAULT-VALUE}).")
    long seed;

    @Option(
            names = "--path",
            paramLabel = "PATH",
            defaultValue = "/v1/embed",
            description = "Where the photos go, with its query (default: ${DEFAULT-VALUE}).")
    String path;

    @Option(
            names = {"-H", "--header"},
            paramLabel = "HEADER",
            description = "Sent with each request, as 'Authorization: Bearer KEY'; may be repeated.")
    List<String> headers = List.of();

    @Mixin
    BoundsOptions bounds;

    @Mixin
    Photos photos;

    @Option(
            names = "--model",
            paramLabel = "BUNDLE",
            defaultValue = ModelOptions.DEFAULT_MODEL,
            description = "What our own server serves: a folder, or a name in onnx/ (default: ${DEFAULT-VALUE}).")
    String model;

    @Mixin
    ReportOptions report;

    /// How requests are offered.
    static final class LoadOptions {

        private static final double HIGHEST_RATE = 100_000;
        private static final int MOST_CALLERS = 10_000;

        @Option(names = "--rate", paramLabel = "R", description = "Requests per second, whatever becomes of them.")
        @Nullable
        Double rate;

        @Option(
                names = "--callers",
                paramLabel = "N",
                description = "Callers, each waiting for an answer to ask again.")
        @Nullable
        Integer callers;

        Load load(boolean uniform, long seed) {
            if (callers != null) {
                BoundsOptions.require("--callers", callers, 1, MOST_CALLERS);
                return new Load.Closed(callers);
            }
            double chosen = rate == null ? 0 : rate;
            BoundsOptions.require("--rate", chosen, 0.001, HIGHEST_RATE);
            return new Load.Open(chosen, uniform, seed);
        }
    }

    @Override
    public Integer call() throws IOException {
        Load chosen = load.load(uniform, seed);
        Bounds limits = bounds.bounds();
        List<byte[]> bodies = photos.read();
        requireSendable();
        report.begin();
        if (url != null) {
            return measure(Target.of(url), chosen, limits, bodies);
        }
        report.progress("starting a server");
        try (ServerProcess server =
                ServerProcess.start(ModelOptions.bundle(model).folder(), Map.of())) {
            return measure(server.target(), chosen, limits, bodies);
        }
    }

    private int measure(Target target, Load chosen, Bounds limits, List<byte[]> bodies) throws IOException {
        String models = new Client(target, headers).models();
        report.progress("loading " + target + path);
        List<byte[]> requests =
                bodies.stream().map(photo -> target.post(path, headers, photo)).toList();
        Measured measured = new Generator(target, requests, limits).run(chosen);
        report.report(models, settings(chosen, limits), table(measured), measured.facts());
        return measured.disorderly() == 0 ? Unmask.DONE : Unmask.SOME_FAILED;
    }

    private Map<String, Object> settings(Load chosen, Bounds limits) {
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("path", path);
        switch (chosen) {
            case Load.Closed(int callers) -> settings.put("callers", callers);
            case Load.Open(double rate, boolean equal, long drawn) -> {
                settings.put("rate", rate);
                settings.put("arrivals", equal ? "uniform" : "poisson, seed " + drawn);
            }
        }
        settings.putAll(limits.facts());
        return settings;
    }

    static String table(Measured measured) {
        Table table = new Table("", ">count", ">per s", ">mean ms", ">p50", ">p90", ">p99", ">p99.9", ">max");
        for (Outcome outcome : Outcome.values()) {
            Latency latency = Latency.of(measured.latency(outcome));
            if (latency.count() > 0) {
                add(outcome.toString(), latency, measured, table);
            }
        }
        add("sent late by", Latency.of(measured.lateness()), measured, table);
        return table
                + String.format(
                        Locale.ROOT,
                        "%noffered %.1f/s, goodput %.1f/s over %.1f s; %d requests with the warm-up, by status %s; %d lost%n"
                                + "the generator took %.2f ms of a core for each request%n",
                        measured.offered(),
                        measured.goodput(),
                        measured.window().toNanos() / 1e9,
                        measured.requests(),
                        measured.statuses(),
                        measured.count(Outcome.LOST),
                        measured.cpuPerRequest());
    }

    private static void add(String name, Latency latency, Measured measured, Table table) {
        table.add(
                name,
                Long.toString(latency.count()),
                String.format(Locale.ROOT, "%.1f", measured.perSecond(latency.count())),
                millis(latency.mean()),
                millis(latency.p50()),
                millis(latency.p90()),
                millis(latency.p99()),
                millis(latency.p999()),
                millis(latency.max()));
    }

    static String millis(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    private void requireSendable() {
        if (!path.matches("/[!-~]*")) {
            throw UnmaskException.invalid("--path '" + path + "' is not a path such as /v1/embed");
        }
        for (String header : headers) {
            if (!header.matches("[!-9;-~]+: ?[ -~]*")) {
                throw UnmaskException.invalid("--header '" + header + "' is not NAME: VALUE");
            }
        }
    }
}
