package dev.unmask.job.source;

import dev.unmask.UnmaskException;
import dev.unmask.job.Item;
import dev.unmask.job.format.Codecs;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.api.ReadSupport;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Type.Repetition;
import org.jspecify.annotations.Nullable;

/// Paths in a column of a Parquet file; a row without one is an item that fails. Of the file, no more than this column
/// of a row group is in memory.
final class TextColumn implements Items.Feed {

    private final String source;
    private final ParquetReader<Group> rows;

    private TextColumn(String source, ParquetReader<Group> rows) {
        this.source = source;
        this.rows = rows;
    }

    /// @param source what a refusal calls it
    static TextColumn open(String source, Path file, String column) throws IOException {
        InputFile input = new LocalInputFile(file);
        try {
            MessageType schema = schema(input);
            check(source, schema, column);
            ParquetConfiguration configuration = new PlainParquetConfiguration();
            configuration.set(
                    ReadSupport.PARQUET_READ_SCHEMA, new MessageType("row", schema.getType(column)).toString());
            return new TextColumn(source, new Builder(input, configuration).build());
        } catch (UnmaskException e) {
            throw e;
        } catch (RuntimeException e) {
            throw corrupt(source, e);
        }
    }

    @Override
    public @Nullable Item next() throws IOException {
        try {
            Group row = rows.read();
            return row == null ? null : Named.item(row.getFieldRepetitionCount(0) == 0 ? "" : row.getString(0, 0));
        } catch (UnmaskException e) {
            throw e;
        } catch (RuntimeException e) {
            throw corrupt(source, e);
        }
    }

    @Override
    public void close() throws IOException {
        rows.close();
    }

    private static MessageType schema(InputFile input) throws IOException {
        ParquetReadOptions options =
                ParquetReadOptions.builder(new PlainParquetConfiguration()).build();
        try (ParquetFileReader reader = ParquetFileReader.open(input, options)) {
            return reader.getFileMetaData().getSchema();
        }
    }

    private static void check(String source, MessageType schema, String column) {
        if (!schema.containsField(column)) {
            throw UnmaskException.invalid(source + " has no column '" + column + "'; it has "
                    + String.join(
                            ", ", schema.getFields().stream().map(Type::getName).toList()));
        }
        Type type = schema.getType(column);
        boolean text = type.isPrimitive()
                && type.asPrimitiveType().getPrimitiveTypeName() == PrimitiveTypeName.BINARY
                && !type.isRepetition(Repetition.REPEATED);
        if (!text) {
            throw UnmaskException.invalid(source + ": column '" + column + "' holds no texts: " + type);
        }
    }

    private static UnmaskException corrupt(String source, RuntimeException e) {
        Throwable first = e;
        while (first.getCause() != null) {
            first = first.getCause();
        }
        return UnmaskException.invalid(source + " cannot be read as Parquet: " + first.getMessage());
    }

    private static final class Builder extends ParquetReader.Builder<Group> {

        Builder(InputFile file, ParquetConfiguration configuration) {
            super(file, configuration);
            withCodecFactory(new Codecs());
        }

        @Override
        protected ReadSupport<Group> getReadSupport() {
            return new GroupReadSupport();
        }
    }
}
