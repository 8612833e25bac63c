package dev.unmask.cli.bench;

import dev.unmask.cli.Table;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/// One load, and what came of it.
///
/// @param door that it went to
/// @param work that the server did meanwhile
record Phase(String door, Load load, Measured measured, Map<String, Object> work) {

    Map<String, Object> facts() {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("door", door);
        switch (load) {
            case Load.Closed(int callers) -> facts.put("callers", callers);
            case Load.Open(double rate, boolean equal, long drawn) -> {
                facts.put("rate", rate);
                facts.put("arrivals", equal ? "uniform" : "poisson, seed " + drawn);
            }
        }
        facts.putAll(measured.facts());
        facts.put("server", work);
        return facts;
    }

    String table() {
        Table table = new Table(name(), ">count", ">per s", ">mean ms", ">p50", ">p90", ">p99", ">p99.9", ">max");
        for (Outcome outcome : Outcome.values()) {
            Latency latency = Latency.of(measured.latency(outcome));
            if (latency.count() > 0) {
                add(outcome.toString(), latency, table);
            }
        }
        add("sent late by", Latency.of(measured.lateness()), table);
        return table + "\n" + counts() + "\n" + serverWork() + "\n";
    }

    private String name() {
        return door + ", "
                + switch (load) {
                    case Load.Closed(int callers) -> callers + (callers == 1 ? " caller" : " callers");
                    case Load.Open open -> open.rate() + "/s" + (open.uniform() ? ", uniform" : "");
                };
    }

    private String counts() {
        return String.format(
                Locale.ROOT,
                "offered %.1f/s, goodput %.1f/s over %.1f s; %d requests with the warm-up, by status %s; %d lost%n"
                        + "the generator took %.2f ms of a core for each request",
                measured.offered(),
                measured.goodput(),
                measured.window().toNanos() / 1e9,
                measured.requests(),
                measured.statuses(),
                measured.count(Outcome.LOST),
                measured.cpuPerRequest());
    }

    private String serverWork() {
        return work.entrySet().stream()
                .map(fact -> fact.getKey() + " "
                        + (fact.getValue() instanceof Double value
                                ? String.format(Locale.ROOT, "%.2f", value)
                                : fact.getValue()))
                .collect(Collectors.joining(", ", "the server: ", ""));
    }

    private void add(String name, Latency latency, Table table) {
        table.add(
                name,
                Long.toString(latency.count()),
                String.format(Locale.ROOT, "%.1f", measured.perSecond(latency.count())),
                millis(latency.mean()),
                millis(latency.p50()),
                millis(latency.p90()),
                millis(latency.p99()),
                millis(latency.p999()),
                millis(latency.max()));
    }

    private static String millis(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }
}
