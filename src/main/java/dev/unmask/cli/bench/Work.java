package dev.unmask.cli.bench;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/// What a server has done so far, in seconds and counts.
///
/// @param at when, in the time of [System#nanoTime]
/// @param cpu of the whole process, if that is known
/// @param decode spent on turning photos into pixels, by all threads
/// @param graphs spent in graphs, by all lanes
record Work(long at, Duration cpu, double decode, double photos, double graphs, double rows, double batches) {

    static Work of(Client client, Supplier<Duration> cpu) {
        return new Work(
                System.nanoTime(),
                cpu.get(),
                client.metric("unmask_phase_seconds_sum", "phase=\"decode\""),
                client.metric("unmask_phase_seconds_count", "phase=\"decode\""),
                client.metric("unmask_graph_seconds_sum", ""),
                client.metric("unmask_batch_rows_sum", ""),
                client.metric("unmask_batch_rows_count", ""));
    }

    double rowsPerBatch(Work before) {
        return (rows - before.rows) / (batches - before.batches);
    }

    /// What came since, for each second.
    Map<String, Object> since(Work before) {
        double seconds = (at - before.at) / 1e9;
        double busy = (graphs - before.graphs) / seconds;
        double decoding = (decode - before.decode) / seconds;
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("seconds", seconds);
        if (!cpu.isZero()) {
            facts.put("cores", cpu.minus(before.cpu).toNanos() / 1e9 / seconds);
        }
        facts.put("coresDecoding", decoding);
        facts.put("lanesBusy", busy);
        putRatio("coresDecodingForEachBusyLane", decoding, busy, facts);
        putRatio("decodeMillis", 1e3 * (decode - before.decode), photos - before.photos, facts);
        putRatio("rowsPerBatch", rows - before.rows, batches - before.batches, facts);
        return facts;
    }

    private static void putRatio(String name, double above, double below, Map<String, Object> facts) {
        if (below > 0) {
            facts.put(name, above / below);
        }
    }
}
