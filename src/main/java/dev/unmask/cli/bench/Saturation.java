package dev.unmask.cli.bench;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Throughput of the saturated service beside that of the bare session on rows that were decoded before.
final class Saturation {

    private static final double AIM = 0.95;

    private Saturation() {}

    static List<Finding> run(Setup setup) throws IOException {
        Rounds rounds = new Rounds();
        try (ServerProcess server = setup.warmServer();
                Bare bare = setup.bare()) {
            for (int round = 0; round < setup.rounds(); round++) {
                setup.round("saturation", round);
                rounds.add(round(setup, server, bare));
            }
        }
        String what = "throughput at saturation / bare session, " + setup.rows() + " rows";
        return List.of(Finding.atLeast(AIM, what, rounds.median("ratio"), rounds));
    }

    private static Map<String, Double> round(Setup setup, ServerProcess server, Bare bare) throws IOException {
        Client client = new Client(server.target(), List.of());
        Batches before = Batches.of(client);
        double service = setup.closed(server, setup.callers(), setup.bounds()).goodput();
        Batches after = Batches.of(client);
        double alone = bare.throughput(setup.rows(), setup.lanes(), setup.bounds());
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("serviceRowsPerSecond", service);
        figures.put("serviceRowsPerBatch", (after.rows() - before.rows()) / (after.batches() - before.batches()));
        figures.put("bareRowsPerSecond", alone);
        figures.put("ratio", service / alone);
        return figures;
    }

    /// What the service has run so far.
    private record Batches(double rows, double batches) {

        static Batches of(Client client) {
            return new Batches(client.metric("unmask_batch_rows_sum"), client.metric("unmask_batch_rows_count"));
        }
    }
}
