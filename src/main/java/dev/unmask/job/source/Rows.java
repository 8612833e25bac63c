package dev.unmask.job.source;

import dev.unmask.UnmaskException;
import dev.unmask.job.Item;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;

/// Paths in a column of a table of text, as RFC 4180 has it, in UTF-8; the first line names the columns. White space
/// around a field that is not quoted is no part of it; empty lines are left out, but a row without a path is an item
/// that fails.
final class Rows implements Items.Feed {

    private static final int BYTE_ORDER_MARK = 0xFEFF;

    private final String source;
    private final CSVParser parser;
    private final Iterator<CSVRecord> rows;
    private final int column;

    private Rows(String source, CSVParser parser, String column) {
        this.source = source;
        this.parser = parser;
        this.rows = parser.iterator();
        this.column = find(column);
    }

    /// Reads the first line. Closes what it reads from if that cannot be done.
    ///
    /// @param source what a refusal calls it
    /// @param between fields: a comma or a tab
    static Rows open(String source, InputStream in, char between, String column) throws IOException {
        CSVFormat format = CSVFormat.DEFAULT
                .builder()
                .setDelimiter(between)
                .setIgnoreSurroundingSpaces(true)
                .get();
        try {
            return new Rows(source, CSVParser.parse(reader(in), format), column);
        } catch (IOException | UnmaskException e) {
            in.close();
            throw e;
        }
    }

    @Override
    public @Nullable Item next() {
        return hasNext() ? Named.item(field(rows.next())) : null;
    }

    @Override
    public void close() throws IOException {
        parser.close();
    }

    private int find(String column) {
        List<String> columns = hasNext() ? rows.next().toList() : List.of();
        int found = columns.indexOf(column);
        if (found < 0) {
            throw UnmaskException.invalid(source + " has no column '" + column + "'; its first line names "
                    + (columns.isEmpty() ? "none" : String.join(", ", columns)));
        }
        return found;
    }

    private String field(CSVRecord row) {
        return column < row.size() ? row.get(column) : "";
    }

    private boolean hasNext() {
        try {
            return rows.hasNext();
        } catch (UncheckedIOException e) {
            throw UnmaskException.invalid(source + " cannot be read: line " + parser.getCurrentLineNumber() + ": "
                    + Named.reason(Objects.requireNonNull(e.getCause())));
        }
    }

    private static Reader reader(InputStream in) throws IOException {
        Reader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder()));
        reader.mark(1);
        if (reader.read() != BYTE_ORDER_MARK) {
            reader.reset();
        }
        return reader;
    }
}
