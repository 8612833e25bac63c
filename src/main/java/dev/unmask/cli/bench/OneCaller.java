package dev.unmask.cli.bench;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/// Latency of the service for one caller beside decoding and inferring alone.
final class OneCaller {

    private static final double ADDED_MILLIS = 1;
    private static final double SPREAD = 1.5;

    private OneCaller() {}

    static List<Finding> run(Trial trial) throws IOException {
        Rounds rounds = new Rounds();
        Histogram all = Tally.histogram();
        try (ServerProcess server = trial.warmServer();
                Bare bare = trial.bare()) {
            for (int round = 0; round < trial.rounds(); round++) {
                trial.round("latency", round);
                Histogram service = trial.closed(server, 1, trial.bounds()).latency(Outcome.ANSWERED);
                all.add(service);
                rounds.add(figures(Latency.of(service), Trial.require(Latency.of(bare.latency(trial.bounds())))));
            }
        }
        Latency service = Latency.of(all);
        String added = "latency added at one caller, median";
        String spread = "p99.9 / p50 at one caller, " + service.count() + " photos";
        return List.of(
                Finding.atMost(ADDED_MILLIS, added, rounds.median("addedMs"), "ms", rounds),
                Finding.atMost(SPREAD, spread, service.p999() / service.p50(), "", new Rounds()));
    }

    private static Map<String, Double> figures(Latency service, Latency alone) {
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("servicePhotos", (double) service.count());
        figures.put("serviceP50Ms", service.p50());
        figures.put("alonePhotos", (double) alone.count());
        figures.put("aloneP50Ms", alone.p50());
        figures.put("addedMs", service.p50() - alone.p50());
        figures.put("serviceP99Ms", service.p99());
        figures.put("aloneP99Ms", alone.p99());
        return figures;
    }
}
