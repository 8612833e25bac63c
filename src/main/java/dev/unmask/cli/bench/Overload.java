package dev.unmask.cli.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/// Goodput at several times the capacity, beside the capacity.
final class Overload {

    private static final int FACTOR = 4;
    private static final double AIM = 0.95;
    private static final double REFUSAL_MILLIS = 10;

    private Overload() {}

    static List<Finding> run(Trial trial) throws IOException {
        Rounds rounds = new Rounds();
        Histogram refusals = Tally.histogram();
        long disorderly = 0;
        try (ServerProcess server = trial.warmServer()) {
            for (int round = 0; round < trial.rounds(); round++) {
                trial.round("overload", round);
                double capacity =
                        trial.closed(server, trial.callers(), trial.bounds()).goodput();
                Load load = new Load.Open(FACTOR * capacity, false, round);
                Measured measured = trial.load(server, load, trial.bounds());
                refusals.add(measured.latency(Outcome.REFUSED));
                disorderly += measured.disorderly();
                rounds.add(figures(capacity, measured));
            }
        }
        Latency refused = Latency.of(refusals);
        String load = " at " + FACTOR + " x capacity";
        List<Finding> findings = new ArrayList<>();
        findings.add(Finding.atLeast(AIM, "goodput" + load + " / capacity", rounds.median("ratio"), rounds));
        if (refused.count() > 0) { // else the phases were too short to fill the queue
            String refusal = "refusals" + load + ", p99 of " + refused.count();
            findings.add(Finding.atMost(REFUSAL_MILLIS, refusal, refused.p99(), "ms", new Rounds()));
        }
        findings.add(Finding.atMost(0, "lost, hung or failed" + load, (double) disorderly, "", new Rounds()));
        return findings;
    }

    private static Map<String, Double> figures(double capacity, Measured measured) {
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("capacityPerSecond", capacity);
        figures.put("offeredPerSecond", measured.offered());
        figures.put("goodputPerSecond", measured.goodput());
        figures.put("ratio", measured.goodput() / capacity);
        for (Outcome outcome : Outcome.values()) {
            figures.put(outcome.toString(), (double) measured.count(outcome));
        }
        figures.put("sentLateP99Ms", Latency.of(measured.lateness()).p99());
        return figures;
    }
}
