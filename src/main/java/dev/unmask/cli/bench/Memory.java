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

    static List<Finding> run(Setup setup, int few, int many) throws IOException {
        try (ServerProcess server = setup.server()) {
            double start = server.resident() / MIB;
            double before = after(few, few, server, setup);
            double after = after(many - few, many, server, setup);
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

    private static double after(int requests, int total, ServerProcess server, Setup setup) throws IOException {
        setup.progress().accept("memory: up to " + total + " requests");
        Bounds usual = setup.bounds();
        Bounds counted = new Bounds(Duration.ZERO, Duration.ofDays(1), requests, usual.connections(), usual.timeout());
        setup.closed(server, setup.callers(), counted);
        return server.resident() / MIB;
    }
}
