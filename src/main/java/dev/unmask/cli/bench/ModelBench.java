package dev.unmask.cli.bench;

import dev.unmask.Card;
import dev.unmask.Output;
import dev.unmask.UnmaskException;
import dev.unmask.cli.BundleParameter;
import dev.unmask.cli.DeviceOptions;
import dev.unmask.cli.Unmask;
import dev.unmask.ort.Bundle;
import dev.unmask.ort.Setup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `unmask bench model`: the model alone, in this process.
@Command(
        name = "model",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Time a model without a server: decoding photos, and running batches of rows that were decoded before.",
            "Every combination of precision, execution, stage, ratio and rows is timed, in the order they are given in;"
                    + " medians of its runs. What fails or finds no time is named, and the rest goes on."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:all was timed", "1:some was not", "2:usage", "3:cannot run"},
        footer = {
            "",
            "Examples:",
            "  unmask bench model mae-base --rows 1,8 --json base.json",
            "  unmask bench model mae-large --device cuda --execution graph,bound,plain --rows 1,32,256 --seconds 60"
        })
final class ModelBench implements Callable<Integer> {

    private static final double LONGEST = 86_400;

    @Mixin
    BundleParameter bundle;

    @Mixin
    DeviceOptions device;

    @Option(
            names = "--stage",
            paramLabel = "STAGE",
            split = ",",
            description = "encode, reconstruct, classify (default: what the bundle can do).")
    List<String> stages = List.of();

    @Option(
            names = "--ratio",
            paramLabel = "R",
            split = ",",
            defaultValue = "0,0.75",
            description = "Shares of the patches that are hidden (default: ${DEFAULT-VALUE}).")
    List<Double> ratios;

    @Option(
            names = "--rows",
            paramLabel = "N",
            split = ",",
            defaultValue = "1,2,4,8",
            description = "Rows of a batch (default: ${DEFAULT-VALUE}).")
    List<Integer> sizes;

    @Option(
            names = "--lanes",
            paramLabel = "N",
            defaultValue = "1",
            description = "Batches that run at the same time (default: ${DEFAULT-VALUE}).")
    int lanes;

    @Option(
            names = "--cell-seconds",
            paramLabel = "S",
            defaultValue = "2",
            description = "How long each combination is timed, after its warm-up (default: ${DEFAULT-VALUE}).")
    double cellSeconds;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "86400",
            description = "After so long, no further combination is begun (default: ${DEFAULT-VALUE}).")
    double seconds;

    @Option(
            names = "--peak",
            paramLabel = "TFLOPS",
            defaultValue = "0",
            description = "What the device makes of one large matrix product in this precision, as bench/torch_card.py"
                    + " measures it; tells the share of it.")
    double peak;

    @Mixin
    Photos photos;

    @Mixin
    ReportOptions report;

    private final List<Timing> timings = new ArrayList<>();
    private final Map<String, String> failures = new LinkedHashMap<>();
    private @Nullable UnmaskException firstFailure;

    @Override
    public Integer call() {
        check();
        report.begin();
        long end = System.nanoTime() + (long) (seconds * 1e9);
        Bundle opened = bundle.open();
        Card card = opened.card();
        Views views = new Views(card, photos.read());
        double decode = decodeMillis(views);
        List<Cell> cells = cells(card);
        for (Setup setup : device.setups(Collections.max(sizes))) {
            time(opened, setup, cells, views, end, () -> save(card, views, decode));
        }
        if (timings.isEmpty() && firstFailure != null) {
            throw firstFailure;
        }
        report.report(about(card), settings(views), text(decode), facts(decode));
        return failures.isEmpty() ? Unmask.DONE : Unmask.SOME_FAILED;
    }

    private void check() {
        sizes.forEach(size -> BoundsOptions.require("--rows", size, 1, 1024));
        ratios.forEach(ratio -> BoundsOptions.require("--ratio", ratio, 0, 0.999));
        BoundsOptions.require("--lanes", lanes, 1, 64);
        BoundsOptions.require("--cell-seconds", cellSeconds, 0, LONGEST);
        BoundsOptions.require("--seconds", seconds, 0, LONGEST);
        BoundsOptions.require("--peak", peak, 0, 1e6);
        stages.forEach(Stage::parse);
    }

    private List<Cell> cells(Card card) {
        List<Stage> chosen = stages.isEmpty()
                ? Stage.of(card).toList()
                : stages.stream().map(Stage::parse).toList();
        List<Cell> cells = new ArrayList<>();
        for (Stage stage : chosen) {
            stage.output(card); // or refused
            for (double ratio : stage.masked() ? ratios : List.of(0.0)) {
                sizes.forEach(rows -> cells.add(new Cell(stage, ratio, rows)));
            }
        }
        return cells;
    }

    private void time(Bundle bundle, Setup setup, List<Cell> cells, Views views, long end, Runnable save) {
        report.progress("loading " + DeviceOptions.text(setup));
        try (Lanes opened = Lanes.open(bundle, setup, lanes)) {
            for (Cell cell : cells) {
                String what = cell + " on " + DeviceOptions.text(opened.setup());
                if (System.nanoTime() - end >= 0) {
                    failures.put(what, String.format(Locale.ROOT, "not begun, as %.1f s were over", seconds));
                    continue;
                }
                try {
                    report.progress(what);
                    timings.add(time(opened, cell, views));
                } catch (UnmaskException failure) {
                    failed(what, failure);
                }
                save.run();
            }
        } catch (UnmaskException failure) {
            failed("all on " + DeviceOptions.text(setup), failure);
        }
    }

    private Timing time(Lanes opened, Cell cell, Views views) {
        Card card = opened.card();
        Output output = cell.stage().output(card);
        Duration longest = Duration.ofNanos((long) (cellSeconds * 1e9));
        return Timing.of(cell, opened, opened.time(cell.batches(views, card.grid()), output, longest), peak);
    }

    private void failed(String what, UnmaskException failure) {
        firstFailure = firstFailure == null ? failure : firstFailure;
        failures.put(what, String.valueOf(failure.getMessage()));
    }

    /// Of one core, the median over all photos.
    private double decodeMillis(Views views) {
        List<Double> millis = new ArrayList<>();
        long end = System.nanoTime() + (long) (cellSeconds * 1e9);
        for (int photo = 0; photo < 2 * views.photos() || System.nanoTime() - end < 0; photo++) {
            long start = System.nanoTime();
            views.decode(photo);
            millis.add((System.nanoTime() - start) / 1e6);
        }
        return Rounds.median(millis);
    }

    private void save(Card card, Views views, double decode) {
        report.save(about(card), settings(views), facts(decode));
    }

    private static String about(Card card) {
        return card.name() + ", digest " + card.digest();
    }

    private Map<String, Object> settings(Views views) {
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("lanes", lanes);
        settings.put("cellSeconds", cellSeconds);
        settings.put("peak", peak);
        settings.put("photos", views.photos());
        return settings;
    }

    private Map<String, Object> facts(double decode) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("decodeMillis", decode);
        facts.put("cells", timings);
        facts.put("failures", failures);
        return facts;
    }

    private String text(double decode) {
        StringBuilder text = new StringBuilder(Timing.table(timings).toString());
        text.append(String.format(Locale.ROOT, "%ndecoding a photo takes %.2f ms of one core%n", decode));
        failures.forEach((what, why) ->
                text.append("not timed: ").append(what).append(": ").append(why).append('\n'));
        return text.toString();
    }
}
