package dev.unmask.web;

import dev.unmask.UnmaskException;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The options of a request by name. One that is not known is refused, since a misspelt option would be ignored.
record Options(Map<String, String> values, Set<String> known) {

    Options {
        for (String name : values.keySet()) {
            if (!known.contains(name)) {
                throw UnmaskException.invalid(
                        "there is no option '" + name + "'; there are " + String.join(", ", new TreeSet<>(known)));
            }
        }
    }

    @Nullable
    String text(String name) {
        return values.get(name);
    }

    String text(String name, String fallback) {
        return values.getOrDefault(name, fallback);
    }

    double number(String name, double fallback) {
        return parse(name, fallback, Double::valueOf, "a number");
    }

    long integer(String name, long fallback) {
        return parse(name, fallback, Long::valueOf, "an integer");
    }

    boolean flag(String name) {
        return switch (text(name, "false")) {
            case "", "true", "1" -> true;
            case "false", "0" -> false;
            default -> throw UnmaskException.invalid("option " + name + " is '" + text(name) + "', not true or false");
        };
    }

    private <T> T parse(String name, T fallback, Function<String, T> parse, String what) {
        String text = text(name);
        try {
            return text == null ? fallback : parse.apply(text);
        } catch (NumberFormatException _) {
            throw UnmaskException.invalid("option " + name + " is '" + text + "', not " + what);
        }
    }
}
