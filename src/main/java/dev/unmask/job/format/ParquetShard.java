package dev.unmask.job.format;

import dev.unmask.job.Column;
import dev.unmask.job.Result;
import dev.unmask.job.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileWriter.Mode;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.OutputFile;
import org.jspecify.annotations.Nullable;

/// A Parquet file that is being written. Its memory is that of a row group.
///
/// Numbers of lists are stored plainly: in split streams they would take 8 % less, but Spark's reader refuses those.
/// Neither a dictionary nor the least and greatest of them is of use to anyone.
final class ParquetShard implements Shard {

    /// Some 6 000 rows of 768 floats.
    private static final long ROW_GROUP_BYTES = 16 << 20;

    private final Table table;
    private final ParquetWriter<List<@Nullable Object>> writer;

    ParquetShard(Path file, Table table) throws IOException {
        this(new LocalOutputFile(file), table);
    }

    ParquetShard(OutputFile file, Table table) throws IOException {
        this.table = table;
        this.writer = writer(file, table);
    }

    @Override
    public void add(Result result) throws IOException {
        try {
            writer.write(table.row(result));
        } catch (RuntimeException e) {
            throw cause(e);
        }
    }

    @Override
    public void close() throws IOException {
        try {
            writer.close();
        } catch (RuntimeException e) {
            throw cause(e);
        }
    }

    /// What befell the file, out of the exception that Parquet wraps it in.
    private static IOException cause(RuntimeException wrapper) {
        for (Throwable cause = wrapper; cause != null; cause = cause.getCause()) {
            if (cause instanceof IOException found) {
                return found;
            }
        }
        throw wrapper;
    }

    private static ParquetWriter<List<@Nullable Object>> writer(OutputFile file, Table table) throws IOException {
        Builder builder = new Builder(file, table)
                .withConf(new PlainParquetConfiguration())
                .withWriteMode(Mode.OVERWRITE)
                .withCodecFactory(new Codecs())
                .withCompressionCodec(CompressionCodecName.ZSTD)
                .withRowGroupSize(ROW_GROUP_BYTES);
        for (Column column : table.columns()) {
            if (column.isList()) {
                String path = ParquetRows.element(column);
                builder.withDictionaryEncoding(path, false).withStatisticsEnabled(path, false);
            }
        }
        return builder.build();
    }

    private static final class Builder extends ParquetWriter.Builder<List<@Nullable Object>, Builder> {

        private final Table table;

        Builder(OutputFile file, Table table) {
            super(file);
            this.table = table;
        }

        @Override
        protected Builder self() {
            return this;
        }

        @Override
        @SuppressWarnings("deprecation") // abstract none the less
        protected ParquetRows getWriteSupport(Configuration configuration) {
            return new ParquetRows(table);
        }

        @Override
        protected ParquetRows getWriteSupport(ParquetConfiguration configuration) {
            return new ParquetRows(table);
        }
    }
}
