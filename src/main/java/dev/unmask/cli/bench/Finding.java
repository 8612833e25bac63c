package dev.unmask.cli.bench;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.unmask.cli.Table;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// One number that a comparison came to, beside the aim, with the rounds it comes from.
///
/// @param unit empty for ratios and counts
/// @param atLeast whether the value should not be below the aim; else not above
/// @param rounds the figures of each round, by name
record Finding(String what, double value, String unit, double aim, boolean atLeast, List<Map<String, Double>> rounds) {

    static Finding atLeast(double aim, String what, double value, Rounds rounds) {
        return new Finding(what, value, "", aim, true, rounds.all());
    }

    static Finding atMost(double aim, String what, double value, String unit, Rounds rounds) {
        return new Finding(what, value, unit, aim, false, rounds.all());
    }

    @JsonProperty
    boolean met() {
        return atLeast ? value >= aim : value <= aim;
    }

    /// All of them in a table, then the rounds of each.
    static String table(List<Finding> findings) {
        Table table = new Table("", ">measured", ">aim", "");
        for (Finding finding : findings) {
            table.add(
                    finding.what,
                    finding.number(finding.value),
                    (finding.atLeast ? ">= " : "<= ") + finding.number(finding.aim),
                    finding.met() ? "met" : "missed");
        }
        StringBuilder text = new StringBuilder(table.toString());
        for (Finding finding : findings) {
            if (!finding.rounds.isEmpty()) {
                text.append('\n').append(finding.what).append(", by round\n").append(finding.byRound());
            }
        }
        return text.toString();
    }

    private Table byRound() {
        List<String> names = List.copyOf(rounds.getFirst().keySet());
        Table table = new Table(names.stream().map(name -> ">" + words(name)).toArray(String[]::new));
        for (Map<String, Double> round : rounds) {
            table.add(names.stream()
                    .map(name -> decimals(round.getOrDefault(name, Double.NaN)))
                    .toArray(String[]::new));
        }
        return table;
    }

    private String number(double number) {
        return unit.isEmpty() ? decimals(number) : decimals(number) + " " + unit;
    }

    private static String decimals(double number) {
        return number == Math.rint(number)
                ? Long.toString((long) number)
                : String.format(Locale.ROOT, Math.abs(number) < 100 ? "%.3f" : "%.1f", number);
    }

    private static String words(String camelCase) {
        return camelCase.replaceAll("([A-Z])", " $1").toLowerCase(Locale.ROOT);
    }
}
