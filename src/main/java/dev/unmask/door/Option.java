package dev.unmask.door;

import dev.unmask.UnmaskException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// An option of a route, declared once: how it is read and how it is told.
///
/// @param schema of its text in a query
/// @param member what it may be in JSON, which is more where a list can be written as such
/// @param fallback what it is when a request is silent; null where that depends on the model or on other options
public record Option<T>(
        String name,
        Schema schema,
        Schema member,
        Function<String, T> reader,
        @Nullable T fallback) {

    public static Option<String> text(String name, String about) {
        Schema schema = Schema.text(about);
        return new Option<>(name, schema, schema, text -> text, null);
    }

    /// Text in the query; in JSON also a list, whose items are then joined by commas, or lists by semicolons.
    public static Option<String> texts(String name, String about, Schema list) {
        Schema schema = Schema.text(about);
        return new Option<>(name, schema, Schema.any(about, schema, list), text -> text, null);
    }

    public static Option<Boolean> flag(String name, String about) {
        Schema schema = Schema.flag(about).with("default", false);
        return new Option<>(name, schema, schema, text -> readFlag(name, text), false);
    }

    /// A whole number.
    ///
    /// @param fallback null where it depends
    public static Option<Long> integer(String name, @Nullable Long fallback, long least, long most, String about) {
        Schema schema = defaulting(Schema.integer(least, most, about), fallback);
        return new Option<>(name, schema, schema, text -> readInteger(name, text, least, most), fallback);
    }

    /// A number whose range the use case checks.
    public static Option<Double> number(String name, Schema schema, @Nullable Double fallback) {
        Schema told = defaulting(schema, fallback);
        return new Option<>(name, told, told, text -> readNumber(name, text), fallback);
    }

    /// One of the constants, in lower case.
    public static <E extends Enum<E>> Option<E> choice(String name, E[] all, @Nullable E fallback, String about) {
        Schema schema =
                defaulting(Schema.text(about).with("enum", names(all)), fallback == null ? null : lowerCase(fallback));
        return new Option<>(name, schema, schema, text -> readChoice(name, text, all), fallback);
    }

    /// Some of the constants, with commas between them; by default all.
    public static <E extends Enum<E>> Option<List<E>> choices(String name, E[] all, String about) {
        Schema schema =
                Schema.list(Schema.text("one").with("enum", names(all)), about).with("default", names(all));
        return new Option<>(
                name,
                schema,
                schema,
                text -> Arrays.stream(text.split(",", -1))
                        .map(part -> readChoice(name, part.strip(), all))
                        .toList(),
                List.of(all));
    }

    private static Schema defaulting(Schema schema, @Nullable Object fallback) {
        return fallback == null ? schema : schema.with("default", fallback);
    }

    private static boolean readFlag(String name, String text) {
        return switch (text) {
            case "", "true", "1" -> true;
            case "false", "0" -> false;
            default -> throw refused(name, text, "true or false");
        };
    }

    private static long readInteger(String name, String text, long least, long most) {
        try {
            long value = Long.parseLong(text);
            if (value < least || value > most) {
                throw UnmaskException.invalid("option " + name + " is " + value + ", not in " + least + ".." + most);
            }
            return value;
        } catch (NumberFormatException _) {
            throw refused(name, text, "an integer");
        }
    }

    private static double readNumber(String name, String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException _) {
            throw refused(name, text, "a number");
        }
    }

    private static <E extends Enum<E>> E readChoice(String name, String text, E[] all) {
        return Arrays.stream(all)
                .filter(one -> lowerCase(one).equals(text))
                .findFirst()
                .orElseThrow(() -> refused(name, text, "one of " + String.join(", ", names(all))));
    }

    private static UnmaskException refused(String name, String text, String what) {
        return UnmaskException.invalid("option " + name + " is '" + text + "', not " + what);
    }

    private static List<String> names(Enum<?>[] all) {
        return Arrays.stream(all).map(Option::lowerCase).toList();
    }

    private static String lowerCase(Enum<?> one) {
        return one.name().toLowerCase(Locale.ROOT);
    }
}
