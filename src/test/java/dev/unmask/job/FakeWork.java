package dev.unmask.job;

import dev.unmask.UnmaskException;
import dev.unmask.job.Column.Kind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/// Work on files that hold a number: doubles it. What is no number is a bad picture.
class FakeWork implements Work<Integer> {

    final List<List<Integer>> batches = Collections.synchronizedList(new ArrayList<>());
    private final int rows;
    private final int runs;

    FakeWork(int rows, int runs) {
        this.rows = rows;
        this.runs = runs;
    }

    static Item item(String text) {
        return new Item("id-" + text, () -> text.getBytes(StandardCharsets.UTF_8));
    }

    static List<Item> items(int count) {
        List<Item> items = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            items.add(item(String.valueOf(i)));
        }
        return items;
    }

    @Override
    public Map<String, String> identity() {
        return Map.of("task", "double", "digest", digest());
    }

    @Override
    public String digest() {
        return "d1gest";
    }

    @Override
    public List<Column> columns() {
        return List.of(new Column("score", Kind.FLOAT64));
    }

    @Override
    public int rows() {
        return rows;
    }

    @Override
    public int runs() {
        return runs;
    }

    @Override
    public Prepared<Integer> prepare(byte[] file) {
        String text = new String(file, StandardCharsets.UTF_8);
        try {
            return new Prepared<>(3, 2, Integer.valueOf(text));
        } catch (NumberFormatException _) {
            throw UnmaskException.invalid("'" + text + "' is no number");
        }
    }

    @Override
    public List<Made> run(List<Integer> numbers) {
        batches.add(List.copyOf(numbers));
        return numbers.stream()
                .map(number -> new Made(List.of(2.0 * number), null))
                .toList();
    }
}
