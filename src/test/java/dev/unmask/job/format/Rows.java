package dev.unmask.job.format;

import dev.unmask.job.Column;
import dev.unmask.job.Column.Kind;
import dev.unmask.job.Made;
import dev.unmask.job.Result;
import dev.unmask.job.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Tables, and rows to store in them.
final class Rows {

    static final String DIGEST = "d1ge57";

    private Rows() {}

    /// A table with these columns for what is made.
    static Table table(Column... made) {
        List<Column> columns = new ArrayList<>();
        columns.add(new Column("id", Kind.TEXT, 1));
        columns.addAll(List.of(made));
        columns.add(new Column("width", Kind.INT32, 1));
        columns.add(new Column("height", Kind.INT32, 1));
        columns.add(new Column("sha256", Kind.TEXT, 1));
        columns.add(new Column("model", Kind.TEXT, 1));
        columns.add(new Column("error", Kind.TEXT, 1));
        return new Table(columns, DIGEST);
    }

    static Table embeddings(Kind kind, int length) {
        return table(new Column("embedding", kind, length));
    }

    static Result good(String id, Object... made) {
        return new Result(id, 640, 480, "sha-of-" + id, new Made(List.of(made), null), null);
    }

    static Result bad(String id, String error) {
        return new Result(id, null, null, null, null, error);
    }

    static float[] normal(Random random, int length) {
        float[] floats = new float[length];
        for (int i = 0; i < length; i++) {
            floats[i] = (float) random.nextGaussian();
        }
        return floats;
    }

    static void write(Format format, Path folder, Table table, Result... rows) throws IOException {
        try (Shard shard = format.create(folder, "part-00000", table)) {
            for (Result row : rows) {
                shard.add(row);
            }
        }
    }
}
