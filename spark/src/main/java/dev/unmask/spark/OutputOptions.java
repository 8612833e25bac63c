package dev.unmask.spark;

import dev.unmask.UnmaskException;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import picocli.CommandLine.Option;

/// Where the table goes.
final class OutputOptions {

    @Option(
            names = "--out",
            paramLabel = "FOLDER",
            required = true,
            description = "Of the table: Parquet, compressed by zstd, a row per picture.")
    String out;

    @Option(names = "--overwrite", description = "Replace a table that is there.")
    boolean overwrite;

    @Option(
            names = "--shard-rows",
            paramLabel = "ROWS",
            defaultValue = "4096",
            description = "Of one task and one file at most (default: ${DEFAULT-VALUE}).")
    int shardRows;

    @Option(names = "--json", description = "Print a summary as one line of JSON.")
    boolean json;

    /// Refuses, before any work, a place that is taken.
    void check(Configuration hadoop) {
        if (shardRows < 1) {
            throw UnmaskException.invalid("--shard-rows " + shardRows + " is less than 1");
        }
        try {
            Path folder = new Path(out);
            FileSystem files = folder.getFileSystem(hadoop);
            if (!files.exists(folder)) {
                return;
            }
            if (!overwrite) {
                throw UnmaskException.invalid(out + " is there already; --overwrite replaces it");
            }
            for (FileStatus file : files.listStatus(folder)) {
                if (!file.getPath().getName().matches("[._].*|part-.*")) {
                    throw UnmaskException.invalid(out + " is no table that could be overwritten: it holds "
                            + file.getPath().getName());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot look into " + out + ": " + e.getMessage(), e);
        }
    }

    void write(Dataset<Row> table) {
        table.write()
                .mode(overwrite ? SaveMode.Overwrite : SaveMode.ErrorIfExists)
                .option("compression", "zstd")
                .option("maxRecordsPerFile", shardRows)
                .parquet(out);
    }
}
