package dev.unmask.cli.bench;

import dev.unmask.Card;
import dev.unmask.cli.BundleParameter;
import dev.unmask.cli.Unmask;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `unmask bench service`: what the service costs over the model alone.
@Command(
        name = "service",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Compare the service with what it is made of: servers are started, loaded and stopped.",
            "Each figure is a ratio or a difference within one run; the two sides take turns, round by round. Photos go"
                    + " to /v1/embed, nothing masked."
        },
        footer = {
            "",
            "saturation  throughput of many callers / of the bare session on decoded rows, at the same batch size",
            "latency     of one caller, less decoding and inferring alone; its p99.9 / p50",
            "overload    goodput, refusals and losses at 4 times the capacity, which is measured before each",
            "start       seconds from starting the server to its ready line",
            "memory      resident after many requests / after few (not by default: it takes long)",
            "",
            "Examples:",
            "  unmask bench service --json tiny.json",
            "  unmask bench service mae-base --only saturation --duration 60 --warm-up 10"
        })
final class ServiceBench implements Callable<Integer> {

    /// What is compared.
    enum Comparison {
        SATURATION,
        LATENCY,
        OVERLOAD,
        START,
        MEMORY;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final int CALLERS_PER_ROW = 4;

    @Mixin
    BundleParameter bundle;

    @Option(
            names = "--only",
            paramLabel = "WHAT",
            split = ",",
            defaultValue = "saturation,latency,overload,start",
            description = "Which of ${COMPLETION-CANDIDATES} to run, in this order (default: ${DEFAULT-VALUE}).")
    List<Comparison> only;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "5",
            description = "Turns of each comparison (default: ${DEFAULT-VALUE}).")
    int rounds;

    @Option(
            names = "--rows",
            paramLabel = "N",
            defaultValue = "8",
            description = "Rows of a batch: the server's max-rows, and the bare session's (default: ${DEFAULT-VALUE}).")
    int rows;

    @Option(
            names = "--callers",
            paramLabel = "N",
            defaultValue = "0",
            description = "Callers that saturate the service (default: 4 for each row of a batch).")
    int callers;

    @Option(
            names = "--lanes",
            paramLabel = "N",
            defaultValue = "1",
            description = "Batches the bare session runs at a time; as many as the server (default: ${DEFAULT-VALUE}).")
    int lanes;

    @Option(
            names = "--counts",
            paramLabel = "FEW,MANY",
            split = ",",
            defaultValue = "5000,50000",
            description = "Requests after which memory is compared (default: ${DEFAULT-VALUE}).")
    List<Integer> counts;

    @Mixin
    BoundsOptions bounds;

    @Mixin
    Photos photos;

    @Mixin
    ReportOptions report;

    @Override
    public Integer call() throws IOException {
        Trial trial = trial();
        report.begin();
        List<Finding> findings = new ArrayList<>();
        for (Comparison comparison : only) {
            findings.addAll(run(comparison, trial));
        }
        Card card = trial.bundle().card();
        report.report(card.name() + ", digest " + card.digest(), settings(trial), Finding.table(findings), findings);
        return Unmask.DONE;
    }

    private List<Finding> run(Comparison comparison, Trial trial) throws IOException {
        return switch (comparison) {
            case SATURATION -> Saturation.run(trial);
            case LATENCY -> OneCaller.run(trial);
            case OVERLOAD -> Overload.run(trial);
            case START -> Start.run(trial);
            case MEMORY -> Memory.run(trial, counts.getFirst(), counts.getLast());
        };
    }

    private Trial trial() {
        BoundsOptions.require("--rounds", rounds, 1, 1000);
        BoundsOptions.require("--rows", rows, 1, 1024);
        BoundsOptions.require("--callers", callers, 0, 10_000);
        BoundsOptions.require("--lanes", lanes, 1, 1024);
        BoundsOptions.require("the first of --counts", counts.getFirst(), 1, 10_000_000);
        BoundsOptions.require("the second of --counts", counts.getLast(), counts.getFirst() + 1, 10_000_000);
        int many = callers == 0 ? CALLERS_PER_ROW * rows : callers;
        return new Trial(bundle.open(), photos.read(), bounds.bounds(), rows, many, lanes, rounds, report::progress);
    }

    private Map<String, Object> settings(Trial trial) {
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("only", only.stream().map(Comparison::toString).collect(Collectors.joining(" ")));
        settings.put("rounds", trial.rounds());
        settings.put("rows", trial.rows());
        settings.put("callers", trial.callers());
        settings.put("lanes", trial.lanes());
        settings.putAll(trial.bounds().facts());
        settings.put("photos", trial.photos().size());
        return settings;
    }
}
