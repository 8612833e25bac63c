package dev.unmask.cli.bench;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/// The figures of rounds, by name.
final class Rounds {

    private final List<Map<String, Double>> rounds = new ArrayList<>();

    void add(Map<String, Double> figures) {
        rounds.add(figures);
    }

    List<Map<String, Double>> all() {
        return List.copyOf(rounds);
    }

    /// The median over the rounds of a figure.
    double median(String figure) {
        return median(rounds.stream()
                .map(round -> round.getOrDefault(figure, Double.NaN))
                .toList());
    }

    /// The middle one, or the mean of the two in the middle.
    static double median(Collection<Double> values) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
