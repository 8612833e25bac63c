package dev.unmask.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What `/metrics` says in Prometheus' text format, read strictly: a line that is none fails.
public record Exposition(Map<String, String> types, List<Sample> samples) {

    private static final Pattern SAMPLE = Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)})? (\\S+)");
    private static final Pattern LABEL = Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\]|\\\\.)*)\",?");

    /// One number of a series.
    public record Sample(String name, Map<String, String> labels, double value) {}

    public static Exposition parse(String text) {
        Map<String, String> types = new HashMap<>();
        List<Sample> samples = new ArrayList<>();
        for (String line : text.lines().toList()) {
            if (line.startsWith("# TYPE ")) {
                List<String> words = List.of(line.split(" ", -1));
                assertThat(types.put(words.get(2), words.get(3))).as(line).isNull();
            } else if (!line.startsWith("#")) {
                samples.add(sample(line));
            }
        }
        return new Exposition(types, samples);
    }

    /// The sum of the samples of a name that have these labels, among others; 0 where there is none.
    public double sum(String name, String... labels) {
        return samples.stream()
                .filter(sample -> sample.name().equals(name) && has(sample, labels))
                .mapToDouble(Sample::value)
                .sum();
    }

    /// The values that a label has, wherever it stands.
    public List<String> values(String label) {
        return samples.stream()
                .filter(sample -> sample.labels().containsKey(label))
                .map(sample -> sample.labels().get(label))
                .distinct()
                .toList();
    }

    /// Every histogram rises from bucket to bucket, up to its count.
    public void checkHistograms() {
        types.forEach((name, type) -> {
            if (type.equals("histogram")) {
                checkHistogram(name);
            }
        });
    }

    private void checkHistogram(String name) {
        Map<Map<String, String>, TreeMap<Double, Double>> series = new HashMap<>();
        for (Sample sample : samples) {
            if (sample.name().equals(name + "_bucket")) {
                Map<String, String> labels = new HashMap<>(sample.labels());
                String bound = String.valueOf(labels.remove("le"));
                series.computeIfAbsent(labels, _ -> new TreeMap<>())
                        .put(
                                bound.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(bound),
                                sample.value());
            }
        }
        assertThat(series).as(name).isNotEmpty();
        series.forEach((labels, buckets) -> {
            assertThat(List.copyOf(buckets.values())).as("%s %s", name, labels).isSorted();
            assertThat(buckets.lastKey()).isEqualTo(Double.POSITIVE_INFINITY);
            assertThat(samples)
                    .contains(new Sample(
                            name + "_count", labels, buckets.lastEntry().getValue()));
        });
    }

    private static boolean has(Sample sample, String... labels) {
        for (int i = 0; i < labels.length; i += 2) {
            if (!labels[i + 1].equals(sample.labels().get(labels[i]))) {
                return false;
            }
        }
        return true;
    }

    private static Sample sample(String line) {
        Matcher parts = SAMPLE.matcher(line);
        assertThat(parts.matches()).as(line).isTrue();
        Map<String, String> labels = new HashMap<>();
        if (parts.group(2) != null) {
            Matcher label = LABEL.matcher(parts.group(2));
            int end = 0;
            while (label.find()) {
                assertThat(label.start()).as(line).isEqualTo(end);
                labels.put(label.group(1), label.group(2));
                end = label.end();
            }
            assertThat(end).as(line).isEqualTo(parts.group(2).length());
        }
        return new Sample(parts.group(1), labels, number(parts.group(3)));
    }

    private static double number(String text) {
        return switch (text) {
            case "+Inf" -> Double.POSITIVE_INFINITY;
            case "-Inf" -> Double.NEGATIVE_INFINITY;
            default -> Double.parseDouble(text);
        };
    }
}
