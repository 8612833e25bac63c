package dev.unmask.job.format;

import dev.unmask.UnmaskException;
import dev.unmask.job.Column;
import dev.unmask.job.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/// A NumPy array of a table's one column of lists, a row per row, beside `name.ids.jsonl` with the other columns.
final class Npy implements Format {

    @Override
    public String suffix() {
        return "npy";
    }

    @Override
    public void check(Table table) {
        list(table);
    }

    @Override
    public Shard create(Path folder, String name, Table table) throws IOException {
        Column list = list(table);
        Shard ids = new JsonShard(folder.resolve(name + ".ids.jsonl"), table, column -> !column.isList());
        try {
            return new NpyShard(folder.resolve(name + "." + suffix()), table, list, ids);
        } catch (IOException e) {
            ids.close();
            throw e;
        }
    }

    private static Column list(Table table) {
        List<Column> lists = table.columns().stream().filter(Column::isList).toList();
        if (lists.size() != 1) {
            throw UnmaskException.invalid("npy holds one column of lists, and this table has "
                    + (lists.isEmpty() ? "none" : String.valueOf(lists.size())) + " among "
                    + table.columns().stream().map(Column::name).collect(Collectors.joining(", "))
                    + "; parquet and jsonl hold any table");
        }
        return lists.getFirst();
    }
}
