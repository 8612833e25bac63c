package dev.unmask.job;

import dev.unmask.job.Column.Kind;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The table that a job writes: a row per item, in the order of the input.
///
/// @param columns all of them: `id`, those of the work, `width`, `height`, `sha256`, `model`, `error`; none but `id`
/// and `model` without gaps
/// @param digest of the model
public record Table(List<Column> columns, String digest) {

    private static final int FIXED = 5; // columns after those of the work

    public Table {
        columns = List.copyOf(columns);
    }

    public static Table of(Work<?> work) {
        List<Column> columns = new ArrayList<>();
        columns.add(new Column("id", Kind.TEXT));
        columns.addAll(work.columns());
        columns.add(new Column("width", Kind.INT32));
        columns.add(new Column("height", Kind.INT32));
        columns.add(new Column("sha256", Kind.TEXT));
        columns.add(new Column("model", Kind.TEXT));
        columns.add(new Column("error", Kind.TEXT));
        return new Table(columns, work.digest());
    }

    /// Whether a column has a value in every row. Lists have: where there is an error, they are full of NaN, since
    /// pyarrow reads lists of a fixed size that have gaps only from version 26 on.
    public static boolean required(Column column) {
        return column.name().equals("id") || column.name().equals("model") || column.isList();
    }

    /// The cells of a row, one per column; null, or NaN in a list, where there is nothing.
    public List<@Nullable Object> row(Result result) {
        List<@Nullable Object> cells = new ArrayList<>();
        cells.add(result.id());
        if (result.made() != null) {
            cells.addAll(result.made().values());
        } else {
            columns.subList(1, columns.size() - FIXED).forEach(column -> cells.add(column.nothing()));
        }
        cells.add(result.width());
        cells.add(result.height());
        cells.add(result.sha256());
        cells.add(digest);
        cells.add(result.error());
        return cells;
    }
}
