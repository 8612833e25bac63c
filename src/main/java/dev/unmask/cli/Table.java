package dev.unmask.cli;

import java.util.ArrayList;
import java.util.List;

/// Text in aligned columns; numbers, by their heading's leading `>`, to the right.
public final class Table {

    private static final String GAP = "  ";

    private final List<String> headings;
    private final List<List<String>> rows = new ArrayList<>();

    public Table(String... headings) {
        this.headings = List.of(headings);
    }

    public void add(String... cells) {
        rows.add(List.of(cells));
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        append(
                text,
                headings.stream().map(heading -> heading.replaceFirst("^>", "")).toList());
        rows.forEach(row -> append(text, row));
        return text.toString();
    }

    private void append(StringBuilder text, List<String> cells) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < cells.size(); column++) {
            String padding = " ".repeat(width(column) - cells.get(column).length());
            boolean right = headings.get(column).startsWith(">");
            line.append(column == 0 ? "" : GAP)
                    .append(right ? padding + cells.get(column) : cells.get(column) + padding);
        }
        text.append(line.toString().stripTrailing()).append('\n');
    }

    private int width(int column) {
        int heading = headings.get(column).replaceFirst("^>", "").length();
        return rows.stream().mapToInt(row -> row.get(column).length()).reduce(heading, Math::max);
    }
}
