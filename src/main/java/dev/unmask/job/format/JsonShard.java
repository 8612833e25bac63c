package dev.unmask.job.format;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import dev.unmask.job.Column;
import dev.unmask.job.Result;
import dev.unmask.job.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A file of JSON lines that is being written. Every line has every column, null where there is nothing, so that any
/// line tells the shape of all. Floats have as many digits as bring back the same float; of halves, the same number as
/// the service answers.
final class JsonShard implements Shard {

    private static final JsonFactory JSON =
            JsonFactory.builder().disable(StreamWriteFeature.AUTO_CLOSE_CONTENT).build();

    private final Table table;
    private final Predicate<Column> wanted;
    private final JsonGenerator to;

    /// @param wanted the columns that are written
    JsonShard(Path file, Table table, Predicate<Column> wanted) throws IOException {
        this.table = table;
        this.wanted = wanted;
        this.to = JSON.createGenerator(Files.newOutputStream(file)).setRootValueSeparator(null);
    }

    @Override
    public void add(Result result) throws IOException {
        List<@Nullable Object> row = table.row(result);
        to.writeStartObject();
        for (int index = 0; index < row.size(); index++) {
            Column column = table.columns().get(index);
            if (wanted.test(column)) {
                to.writeFieldName(column.name());
                write(column, isEmpty(column, result) ? null : row.get(index));
            }
        }
        to.writeEndObject();
        to.writeRaw('\n');
    }

    /// Whether it is a list of nothing, for which JSON has no number.
    private static boolean isEmpty(Column column, Result result) {
        return column.isList() && result.made() == null;
    }

    private void write(Column column, @Nullable Object cell) throws IOException {
        if (cell == null) {
            to.writeNull();
            return;
        }
        switch (column.kind()) {
            case TEXT -> to.writeString((String) cell);
            case INT32 -> to.writeNumber((Integer) cell);
            case FLOAT64 -> to.writeNumber((Double) cell);
            case FLOAT32S, FLOAT16S -> writeList(column, column.floats(cell));
        }
    }

    private void writeList(Column column, float[] floats) throws IOException {
        to.writeStartArray();
        for (float value : floats) {
            boolean half = column.kind() == Column.Kind.FLOAT16S;
            to.writeNumber(half ? Float.float16ToFloat(Float.floatToFloat16(value)) : value);
        }
        to.writeEndArray();
    }

    @Override
    public void close() throws IOException {
        to.close();
    }
}
