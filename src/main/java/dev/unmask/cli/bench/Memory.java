package dev.unmask.cli.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Resident memory of the server after many requests, beside that after few.
final class Memory {

    private static final double AIM = 1.05;
    private static final double MIB = 1 << 20;

    private Memory() {}

    static List<Finding> run(Trial trial, int few, int many) throws IOException {
        try (ServerProcess server = trial.server()) {
            double start = server.resident() / MIB;
            double before = after(few, few, server, trial);
            double after = after(many - few, many, server, trial);
            Map<String, Double> figures = new LinkedHashMap<>();
            figures.put("readyMib", start);
            figures.put("fewMib", before);
            figures.put("manyMib", after);
            Rounds rounds = new Rounds();
            rounds.add(figures);
            String what = "resident memory after " + many + " requests / after " + few;
            return List.of(Finding.atMost(AIM, what, after / before, "", rounds));
        }
    }

    private static double after(int requests, int total, ServerProcess server, Trial trial) throws IOException {
        trial.progress().accept("memory: up to " + total + " requests");
        Bounds usual = trial.bounds();
        Bounds counted = new Bounds(Duration.ZERO, Duration.ofDays(1), requests, usual.connections(), usual.timeout());
        trial.closed(server, trial.callers(), counted);
        return server.resident() / MIB;
    }
}
