package dev.unmask.job.source;

import dev.unmask.UnmaskException;
import dev.unmask.job.Item;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// What tests ask of sources.
final class Ids {

    private Ids() {}

    static Source of(Object... arguments) {
        return Inputs.of(Arrays.stream(arguments).map(Object::toString).toList(), Inputs.COLUMN, Ids::noInput);
    }

    private static InputStream noInput() {
        throw new AssertionError("nobody asked for standard input");
    }

    static Source ofColumn(String column, Object argument) {
        return Inputs.of(List.of(argument.toString()), column, Ids::noInput);
    }

    static Source ofInput(String text) {
        return Inputs.of(
                List.of("-"), Inputs.COLUMN, () -> new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }

    static List<Item> items(Source source) {
        List<Item> items = new ArrayList<>();
        source.forEach(items::add);
        return items;
    }

    static List<String> ids(Source source) {
        return items(source).stream().map(Item::id).toList();
    }

    /// The bytes of an item as text, or why there are none.
    static String content(Item item) {
        try {
            return new String(item.bytes(), StandardCharsets.UTF_8);
        } catch (UnmaskException refusal) {
            return refusal.fault() + ": " + refusal.getMessage();
        }
    }

    static List<String> contents(Source source) {
        return items(source).stream().map(Ids::content).toList();
    }
}
