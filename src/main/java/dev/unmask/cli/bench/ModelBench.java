package dev.unmask.cli.bench;

import dev.unmask.Card;
import dev.unmask.Mask;
import dev.unmask.Output;
import dev.unmask.Row;
import dev.unmask.cli.BundleParameter;
import dev.unmask.cli.Table;
import dev.unmask.cli.Unmask;
import dev.unmask.ort.Bundle;
import dev.unmask.ort.Device;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `unmask bench model`: the model alone, in this process.
@Command(
        name = "model",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Time a model without a server: decoding photos, and running rows of them that were decoded before.",
            "Every round runs each scenario once, so that all see the same machine; medians over the rounds."
        },
        footer = {"", "Example:", "  unmask bench model mae-base --rows 1,8 --rounds 31 --json base.json"})
final class ModelBench implements Callable<Integer> {

    private static final int WARM_UP = 2;

    @Mixin
    BundleParameter bundle;

    @Option(
            names = "--rows",
            paramLabel = "N",
            split = ",",
            defaultValue = "1,2,4,8",
            description = "Rows of a batch (default: ${DEFAULT-VALUE}).")
    List<Integer> sizes;

    @Option(
            names = "--ratio",
            paramLabel = "R",
            defaultValue = "0.75",
            description = "Share of the patches that the masked scenarios hide (default: ${DEFAULT-VALUE}).")
    double ratio;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "15",
            description = "Timed runs of each scenario (default: ${DEFAULT-VALUE}).")
    int rounds;

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            defaultValue = "cpu",
            description = "cpu, cuda or cuda:N (default: ${DEFAULT-VALUE}).")
    String device;

    @Mixin
    Photos photos;

    @Mixin
    ReportOptions report;

    /// Something that is timed.
    ///
    /// @param rows that one run handles
    private record Scenario(String name, int rows, Runnable work) {}

    /// How long a scenario took.
    private record Timing(String scenario, int rows, double medianMillis, double minMillis, double rowsPerSecond) {

        static Timing of(Scenario scenario, List<Double> millis) {
            double median = Rounds.median(millis);
            double min = millis.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
            return new Timing(scenario.name(), scenario.rows(), median, min, scenario.rows() * 1e3 / median);
        }
    }

    @Override
    public Integer call() {
        sizes.forEach(size -> BoundsOptions.require("--rows", size, 1, 1024));
        BoundsOptions.require("--rounds", rounds, 1, 100_000);
        report.begin();
        Bundle opened = bundle.open();
        try (Bare bare = new Bare(opened, Device.parse(device), photos.read())) {
            List<Timing> timings = time(scenarios(bare));
            Card card = bare.card();
            report.report(card.name() + ", digest " + card.digest(), settings(bare), table(timings), timings);
        }
        return Unmask.DONE;
    }

    private List<Scenario> scenarios(Bare bare) {
        List<Scenario> scenarios = new ArrayList<>();
        scenarios.add(new Scenario("decode and resize photos", bare.photos(), () -> {
            for (int photo = 0; photo < bare.photos(); photo++) {
                bare.decode(photo);
            }
        }));
        Mask all = Mask.none(bare.card().grid());
        Mask some = Mask.random(bare.card().grid(), ratio, 0);
        for (int size : sizes) {
            add("encode", size, all, Output.CLS, bare, scenarios);
            add("encode", size, some, Output.CLS, bare, scenarios);
            add("encode and decode", size, all, Output.PATCHES, bare, scenarios);
            add("encode and decode", size, some, Output.PATCHES, bare, scenarios);
            add("classify", size, all, Output.LOGITS, bare, scenarios);
        }
        return scenarios;
    }

    private static void add(String what, int size, Mask mask, Output output, Bare bare, List<Scenario> scenarios) {
        if (bare.card().outputs().contains(output)) {
            List<Row> rows = bare.rows(size, mask);
            String name = what + " " + mask.kept() + " of " + mask.patches();
            scenarios.add(new Scenario(name, size, () -> bare.run(rows, output)));
        }
    }

    private List<Timing> time(List<Scenario> scenarios) {
        Map<Scenario, List<Double>> millis = new LinkedHashMap<>();
        for (int round = -WARM_UP; round < rounds; round++) {
            if (round >= 0) {
                report.progress("round " + (round + 1) + " of " + rounds);
            }
            for (Scenario scenario : scenarios) {
                long start = System.nanoTime();
                scenario.work().run();
                double taken = (System.nanoTime() - start) / 1e6;
                if (round >= 0) {
                    millis.computeIfAbsent(scenario, _ -> new ArrayList<>()).add(taken);
                }
            }
        }
        List<Timing> timings = new ArrayList<>();
        millis.forEach((scenario, taken) -> timings.add(Timing.of(scenario, taken)));
        return timings;
    }

    private Map<String, Object> settings(Bare bare) {
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("device", device);
        settings.put("rounds", rounds);
        settings.put("ratio", ratio);
        settings.put("photos", bare.photos());
        return settings;
    }

    private static Table table(List<Timing> timings) {
        Table table = new Table("", ">rows", ">median ms", ">min ms", ">rows/s");
        for (Timing timing : timings) {
            table.add(
                    timing.scenario(),
                    Integer.toString(timing.rows()),
                    String.format(Locale.ROOT, "%.2f", timing.medianMillis()),
                    String.format(Locale.ROOT, "%.2f", timing.minMillis()),
                    String.format(Locale.ROOT, "%.1f", timing.rowsPerSecond()));
        }
        return table;
    }
}
