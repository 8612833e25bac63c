package dev.unmask.job.format;

import dev.unmask.job.Column;
import dev.unmask.job.Table;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Type.Repetition;
import org.apache.parquet.schema.Types;
import org.jspecify.annotations.Nullable;

/// Rows of a table as Parquet's records. Lists have the three levels of the specification, `column.list.element`.
final class ParquetRows extends WriteSupport<List<@Nullable Object>> {

    private static final String LIST = "list";
    static final String ELEMENT = "element";

    private final Table table;
    private @Nullable RecordConsumer consumer;

    ParquetRows(Table table) {
        this.table = table;
    }

    /// The name of the numbers of a column.
    static String element(Column column) {
        return String.join(".", column.name(), LIST, ELEMENT);
    }

    @Override
    @SuppressWarnings("deprecation") // abstract none the less
    public WriteContext init(Configuration configuration) {
        return context();
    }

    @Override
    public WriteContext init(ParquetConfiguration configuration) {
        return context();
    }

    private WriteContext context() {
        List<Type> types = table.columns().stream().map(ParquetRows::type).toList();
        Map<String, String> metadata = Map.of("ARROW:schema", ArrowSchema.of(table), "unmask.digest", table.digest());
        return new WriteContext(new MessageType("row", types), metadata);
    }

    private static Type type(Column column) {
        Repetition repetition = Table.required(column) ? Repetition.REQUIRED : Repetition.OPTIONAL;
        return switch (column.kind()) {
            case TEXT ->
                Types.primitive(PrimitiveTypeName.BINARY, repetition)
                        .as(LogicalTypeAnnotation.stringType())
                        .named(column.name());
            case INT32 -> Types.primitive(PrimitiveTypeName.INT32, repetition).named(column.name());
            case FLOAT64 ->
                Types.primitive(PrimitiveTypeName.DOUBLE, repetition).named(column.name());
            case FLOAT32S ->
                Types.list(repetition).requiredElement(PrimitiveTypeName.FLOAT).named(column.name());
            case FLOAT16S ->
                Types.list(repetition)
                        .requiredElement(PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY)
                        .length(Short.BYTES)
                        .as(LogicalTypeAnnotation.float16Type())
                        .named(column.name());
        };
    }

    @Override
    public void prepareForWrite(RecordConsumer consumer) {
        this.consumer = consumer;
    }

    @Override
    public void write(List<@Nullable Object> row) {
        RecordConsumer to = Objects.requireNonNull(consumer);
        to.startMessage();
        for (int index = 0; index < row.size(); index++) {
            Column column = table.columns().get(index);
            Object cell = row.get(index);
            if (cell != null) {
                to.startField(column.name(), index);
                write(column, cell, to);
                to.endField(column.name(), index);
            }
        }
        to.endMessage();
    }

    private static void write(Column column, Object cell, RecordConsumer to) {
        switch (column.kind()) {
            case TEXT -> to.addBinary(Binary.fromString((String) cell));
            case INT32 -> to.addInteger((Integer) cell);
            case FLOAT64 -> to.addDouble((Double) cell);
            case FLOAT32S, FLOAT16S -> writeList(column, column.floats(cell), to);
        }
    }

    private static void writeList(Column column, float[] floats, RecordConsumer to) {
        to.startGroup();
        to.startField(LIST, 0);
        for (float value : floats) {
            to.startGroup();
            to.startField(ELEMENT, 0);
            if (column.kind() == Column.Kind.FLOAT16S) {
                to.addBinary(half(value));
            } else {
                to.addFloat(value);
            }
            to.endField(ELEMENT, 0);
            to.endGroup();
        }
        to.endField(LIST, 0);
        to.endGroup();
    }

    /// The nearest half, ties to even; little-endian.
    private static Binary half(float value) {
        short half = Float.floatToFloat16(value);
        return Binary.fromConstantByteArray(new byte[] {(byte) half, (byte) (half >> Byte.SIZE)});
    }
}
