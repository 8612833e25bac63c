package dev.unmask.cli.bench;

import dev.unmask.Card;
import dev.unmask.cli.Table;
import dev.unmask.ort.Captures;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// How fast a model ran one kind of batch.
///
/// @param ratio of the patches that were hidden
/// @param kept patches that were seen
/// @param rows of a batch
/// @param lanes that ran batches at the same time
/// @param runs that were timed, of all lanes
/// @param medianMillis from rows in host memory to answers in host memory
/// @param imagesPerSecond of all lanes together
/// @param teraflops per second that this comes to
/// @param share of the device's peak, where that is known
/// @param spentMillis of a run in each stage that the model tells of, on average
/// @param captures CUDA graphs that one lane had in the end
record Timing(
        String stage,
        double ratio,
        int kept,
        int rows,
        String device,
        String precision,
        String execution,
        int lanes,
        int runs,
        double medianMillis,
        double minMillis,
        double imagesPerSecond,
        double teraflops,
        @Nullable Double share,
        Map<String, Double> spentMillis,
        Captures captures) {

    /// @param peak TFLOP/s of the device, or 0
    static Timing of(Cell cell, Lanes lanes, Lanes.Taken taken, double peak) {
        Card card = lanes.card();
        int kept = cell.kept(card.grid());
        double median = Rounds.median(taken.millis());
        double images = lanes.count() * cell.rows() * 1e3 / median;
        double teraflops = images * Flops.of(card, cell.stage(), kept) / 1e12;
        return new Timing(
                cell.stage().toString(),
                cell.ratio(),
                kept,
                cell.rows(),
                lanes.setup().device().text(),
                lanes.setup().precision().text(),
                lanes.setup().execution().text(),
                lanes.count(),
                taken.millis().size(),
                median,
                Collections.min(taken.millis()),
                images,
                teraflops,
                peak > 0 ? teraflops / peak : null,
                taken.spent(),
                lanes.captures());
    }

    static Table table(List<Timing> timings) {
        Table table = new Table(
                "stage",
                ">ratio",
                ">rows",
                "how",
                ">lanes",
                ">median ms",
                ">images/s",
                ">TFLOP/s",
                ">of peak",
                "ms of a run in each stage");
        timings.forEach(timing -> table.add(timing.cells()));
        return table;
    }

    private String[] cells() {
        String spent = spentMillis.entrySet().stream()
                .map(stage -> stage.getKey() + " " + number("%.3f", stage.getValue()))
                .collect(Collectors.joining(", "));
        return new String[] {
            stage,
            number("%.2f", ratio),
            Integer.toString(rows),
            device + " " + precision + " " + execution,
            Integer.toString(lanes),
            number("%.3f", medianMillis),
            number("%.1f", imagesPerSecond),
            number("%.2f", teraflops),
            share == null ? "" : number("%.1f %%", share * 100),
            spent
        };
    }

    private static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
