package dev.unmask.cli;

import dev.unmask.job.Job;
import dev.unmask.job.Plan;
import dev.unmask.job.Tally;
import dev.unmask.job.Work;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Model.CommandSpec;

/// What a job has done, and where its time went.
///
/// @param threads that read and made ready
record Summary(Path out, Job.State state, Plan plan, Progress progress, Work<?> work, int threads) {

    private static final List<Double> PERCENTILES = List.of(50.0, 90.0, 99.0, 100.0);

    /// One part of the work.
    ///
    /// @param busy share of the time of the threads that do it
    private record Line(String name, Histogram millis, double busy) {}

    void print(CommandSpec spec, boolean json) {
        double seconds = progress.seconds();
        Tally tally = progress.tally();
        List<Line> lines = List.of(
                line("read", tally.read(), seconds * threads),
                line(work.preparing(), tally.prepared(), seconds * threads),
                line("batch", tally.ran(), seconds * work.runs()));
        if (json) {
            Json.printLine(spec.commandLine().getOut(), facts(lines, seconds));
        } else {
            print(spec, lines, seconds);
        }
    }

    private void print(CommandSpec spec, List<Line> lines, double seconds) {
        PrintWriter err = spec.commandLine().getErr();
        err.println(String.format(
                Locale.ROOT,
                "%s: %,d of %,d rows, %,d with errors · %s · %.1f pictures/s",
                out,
                state.rows(),
                plan.items(),
                state.errors(),
                Progress.time(Math.round(seconds)),
                progress.tally().rows() / seconds));
        if (progress.tally().rows() > 0) {
            Table table = new Table("", ">p50 ms", ">p90 ms", ">p99 ms", ">most ms", ">busy");
            for (Line line : lines) {
                table.add(
                        line.name,
                        millis(line, 50),
                        millis(line, 90),
                        millis(line, 99),
                        millis(line, 100),
                        String.format(Locale.ROOT, "%.0f%%", 100 * line.busy));
            }
            err.print(table);
            err.flush();
        }
    }

    private Map<String, Object> facts(List<Line> lines, double seconds) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("out", out.toString());
        facts.put("complete", state.complete());
        facts.put("rows", state.rows());
        facts.put("errors", state.errors());
        facts.put("shards", state.shards());
        facts.put("seconds", seconds);
        facts.put("pictures_per_second", progress.tally().rows() / seconds);
        facts.put("bytes_read", progress.tally().bytes());
        for (Line line : lines) {
            Map<String, Object> part = new LinkedHashMap<>();
            PERCENTILES.forEach(p -> part.put("p" + p.intValue() + "_ms", line.millis.getValueAtPercentile(p) / 1e6));
            part.put("busy", line.busy);
            facts.put(line.name, part);
        }
        return facts;
    }

    private static Line line(String name, Tally.Part part, double threadSeconds) {
        return new Line(name, part.histogram(), part.seconds() / threadSeconds);
    }

    private static String millis(Line line, double percentile) {
        return String.format(Locale.ROOT, "%.2f", line.millis.getValueAtPercentile(percentile) / 1e6);
    }
}
