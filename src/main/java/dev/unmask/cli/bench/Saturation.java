package dev.unmask.cli.bench;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Throughput of the saturated service beside that of the bare session on rows that were decoded before.
final class Saturation {

    private static final double AIM = 0.95;

    private Saturation() {}

    static List<Finding> run(Trial trial) throws IOException {
        Rounds rounds = new Rounds();
        try (ServerProcess server = trial.warmServer();
                Bare bare = trial.bare()) {
            for (int round = 0; round < trial.rounds(); round++) {
                trial.round("saturation", round);
                rounds.add(round(trial, server, bare));
            }
        }
        String what = "throughput at saturation / bare session, " + trial.rows() + " rows";
        return List.of(Finding.atLeast(AIM, what, rounds.median("ratio"), rounds));
    }

    private static Map<String, Double> round(Trial trial, ServerProcess server, Bare bare) throws IOException {
        Client client = new Client(server.target(), List.of());
        Work before = Work.of(client, server::cpu);
        double service = trial.closed(server, trial.callers(), trial.bounds()).goodput();
        Work after = Work.of(client, server::cpu);
        double alone = bare.throughput(trial.rows(), trial.lanes(), trial.bounds());
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("serviceRowsPerSecond", service);
        figures.put("serviceRowsPerBatch", after.rowsPerBatch(before));
        figures.put("bareRowsPerSecond", alone);
        figures.put("ratio", service / alone);
        return figures;
    }
}
