package dev.unmask.cli.bench;

import dev.unmask.UnmaskException;
import dev.unmask.cli.ModelOptions;
import dev.unmask.cli.Unmask;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `unmask bench serve`: load over HTTP or gRPC.
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Send photos to a server on this machine and measure what it answers.",
            "Latency counts from when a request was meant to be sent, so a server that stalls is charged for every"
                    + " request it held up. Without a URL, a server is started and stopped; its settings come from the"
                    + " environment (UNMASK_DEVICE=cuda:0)."
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
            "  unmask bench serve http://localhost:8000 --callers 1,8,64 --json callers.json",
            "  unmask bench serve --callers 8 --path '/v1/reconstruct?ratio=0.5' --grpc cls --grpc image"
        })
final class ServeBench implements Callable<Integer> {

    private static final String EMBED = "/v1/embed";

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
            description = "Where the photos go over HTTP, with its query; may be repeated (default: /v1/embed).")
    List<String> paths = List.of();

    @Option(
            names = "--grpc",
            paramLabel = "OUTPUT",
            description = "Over gRPC, ask the first model's NAME_image for this output, such as cls or image; may be"
                    + " repeated.")
    List<String> outputs = List.of();

    @Option(
            names = "--grpc-port",
            paramLabel = "N",
            defaultValue = "8001",
            description = "Where the server of the URL takes gRPC (default: ${DEFAULT-VALUE}).")
    int grpcPort;

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
                split = ",",
                description = "Callers, each waiting for an answer to ask again; several numbers: one after the other.")
        @Nullable
        List<Integer> callers;

        List<Load> loads(boolean uniform, long seed) {
            if (callers != null) {
                callers.forEach(number -> BoundsOptions.require("--callers", number, 1, MOST_CALLERS));
                return callers.stream().<Load>map(Load.Closed::new).toList();
            }
            double chosen = rate == null ? 0 : rate;
            BoundsOptions.require("--rate", chosen, 0.001, HIGHEST_RATE);
            return List.of(new Load.Open(chosen, uniform, seed));
        }
    }

    /// The server that is measured.
    ///
    /// @param cpu that it has taken so far, or zero where that is not known
    private record Server(Target http, Target grpc, Supplier<Duration> cpu) {}

    @Override
    public Integer call() throws IOException {
        List<Load> loads = load.loads(uniform, seed);
        Bounds limits = bounds.bounds();
        BoundsOptions.require("--grpc-port", grpcPort, 1, 65_535);
        List<byte[]> bodies = photos.read();
        requireSendable();
        report.begin();
        if (url != null) {
            Target http = Target.of(url);
            return measure(new Server(http, http.at(grpcPort), () -> Duration.ZERO), loads, limits, bodies);
        }
        report.progress("starting a server");
        try (ServerProcess own = ServerProcess.start(ModelOptions.bundle(model).folder(), Map.of())) {
            return measure(new Server(own.target(), own.grpc(), own::cpu), loads, limits, bodies);
        }
    }

    private int measure(Server server, List<Load> loads, Bounds limits, List<byte[]> bodies) throws IOException {
        Client client = new Client(server.http(), headers);
        Map<String, String> models = client.models();
        List<Phase> phases = new ArrayList<>();
        for (Door door : doors(server, models)) {
            try (Wire wire = door.wire(bodies, limits.connections())) {
                for (Load chosen : loads) {
                    report.progress("loading " + door + ": " + chosen);
                    Work before = Work.of(client, server.cpu());
                    Measured measured = new Generator(wire, limits).run(chosen);
                    Map<String, Object> work = Work.of(client, server.cpu()).since(before);
                    phases.add(new Phase(door.toString(), chosen, measured, work));
                    report.save(about(models), limits.facts(), facts(phases));
                }
            }
        }
        String tables = phases.stream().map(Phase::table).collect(Collectors.joining("\n"));
        report.report(about(models), limits.facts(), tables, facts(phases));
        return phases.stream().allMatch(phase -> phase.measured().disorderly() == 0) ? Unmask.DONE : Unmask.SOME_FAILED;
    }

    private List<Door> doors(Server server, Map<String, String> models) {
        List<Door> doors = new ArrayList<>();
        List<String> asked = paths.isEmpty() && outputs.isEmpty() ? List.of(EMBED) : paths;
        asked.forEach(path -> doors.add(new Door.Http(server.http(), path, headers)));
        String model = models.keySet().stream().findFirst().orElse("unknown");
        outputs.forEach(output -> doors.add(new Door.Grpc(server.grpc(), model + "_image", output)));
        return doors;
    }

    private static String about(Map<String, String> models) {
        String told = models.entrySet().stream()
                .map(model -> model.getKey() + ", digest " + model.getValue())
                .collect(Collectors.joining("; "));
        return told.isEmpty() ? "unknown" : told;
    }

    private static List<Map<String, Object>> facts(List<Phase> phases) {
        return phases.stream().map(Phase::facts).toList();
    }

    private void requireSendable() {
        for (String path : paths) {
            if (!path.matches("/[!-~]*")) {
                throw UnmaskException.invalid("--path '" + path + "' is not a path such as " + EMBED);
            }
        }
        for (String header : headers) {
            if (!header.matches("[!-9;-~]+: ?[ -~]*")) {
                throw UnmaskException.invalid("--header '" + header + "' is not NAME: VALUE");
            }
        }
    }
}
