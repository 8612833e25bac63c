package dev.unmask.spark;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import dev.unmask.UnmaskException;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Which pictures: files of folders, a table of paths, or a table of their bytes.
final class InputOptions {

    static final String ID = "id";
    static final String PATH = "path";
    static final String BYTES = "content";

    private static final Pattern PICTURES = Pattern.compile("\\.(jpe?g|png|webp|gif|bmp)$", Pattern.CASE_INSENSITIVE);
    private static final int WAVES = 3;

    @Option(
            names = "--in",
            paramLabel = "PATH",
            required = true,
            arity = "1..*",
            description = "Folders, searched to the bottom for pictures, files or globs; or, with a column, a table.")
    List<String> in;

    @Option(
            names = "--column",
            paramLabel = "COLUMN",
            description = "Take --in for a table, and the pictures' paths from this column; tasks read the files.")
    @Nullable
    String column;

    @Option(
            names = "--bytes-column",
            paramLabel = "COLUMN",
            description = "Take --in for a table, and the pictures' bytes from this column.")
    @Nullable
    String bytesColumn;

    @Option(
            names = "--id-column",
            paramLabel = "COLUMN",
            description =
                    "Of the table: what rows are known by (default: the path; for bytes a column 'path' or 'id').")
    @Nullable
    String idColumn;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "Of the table: parquet, csv, json, orc, text, or any other that the cluster's Spark reads"
                    + " (default: what the name of the first file says, else parquet).")
    @Nullable
    String format;

    /// What is read.
    ///
    /// @param rows one per picture, with a column [#ID]; paths are cut into the parts that tasks will have
    /// @param picture the column that has the pictures; [#ID] itself where they are known by their paths
    /// @param total of the rows; 0 where counting them would be work
    record Input(Dataset<Row> rows, String picture, long total) {}

    /// @param shardRows that a task has at most
    Input read(SparkSession session, int shardRows) {
        check();
        if (column == null && bytesColumn == null) {
            return files(session, shardRows);
        }
        Dataset<Row> table = table(session);
        Column id = coalesce(col(idOf(table)).cast("string"), lit("")).as(ID);
        if (bytesColumn != null) {
            return new Input(table.select(id, given(table, bytesColumn).as(BYTES)), BYTES, 0);
        }
        Dataset<Row> paths = idColumn == null
                ? table.select(id)
                : table.select(id, given(table, String.valueOf(column)).as(PATH));
        long total = paths.count();
        return new Input(
                paths.repartitionByRange(parts(session, total, shardRows), col(ID))
                        .sortWithinPartitions(col(ID)),
                idColumn == null ? ID : PATH,
                total);
    }

    private void check() {
        if (column != null && bytesColumn != null) {
            throw UnmaskException.invalid("take one of --column and --bytes-column");
        }
        if (column == null && bytesColumn == null && (idColumn != null || format != null)) {
            throw UnmaskException.invalid("--id-column and --format are for tables; name --column or --bytes-column");
        }
    }

    /// Of `binaryFile` no more than the list of its files is used, which the driver has: reading it would ask the file
    /// system once more for each, and take the bytes one after the other, ahead of the decoding.
    private Input files(SparkSession session, int shardRows) {
        String[] files = session.read()
                .format("binaryFile")
                .option("recursiveFileLookup", "true")
                .load(in.toArray(String[]::new))
                .inputFiles();
        List<Row> rows = Arrays.stream(files)
                .map(file -> new Path(URI.create(file)).toString())
                .filter(PICTURES.asPredicate())
                .sorted()
                .map(RowFactory::create)
                .toList();
        JavaSparkContext context = JavaSparkContext.fromSparkContext(session.sparkContext());
        return new Input(
                session.createDataFrame(
                        context.parallelize(rows, parts(session, rows.size(), shardRows)),
                        new StructType().add(ID, DataTypes.StringType, false)),
                ID,
                rows.size());
    }

    /// As few as shards may be large, but more than there are cores, so that all end at nearly the same time.
    private static int parts(SparkSession session, long total, int shardRows) {
        long cores = session.sparkContext().defaultParallelism();
        long parts = Math.max(Math.ceilDiv(total, shardRows), Math.min(total, WAVES * cores));
        return Math.clamp(parts, 1, Integer.MAX_VALUE);
    }

    private Dataset<Row> table(SparkSession session) {
        DataFrameReader reader = session.read();
        String[] files = in.toArray(String[]::new);
        return switch (format == null ? suffix(in.getFirst()) : format) {
            case "txt", "text" -> reader.text(files).withColumnRenamed("value", String.valueOf(column));
            case "csv" -> reader.option("header", "true").csv(files);
            case "tsv" -> reader.option("header", "true").option("sep", "\t").csv(files);
            case "json", "jsonl" -> reader.json(files);
            case "orc" -> reader.orc(files);
            case String other ->
                reader.format(format == null ? "parquet" : other).load(files);
        };
    }

    private String idOf(Dataset<Row> table) {
        if (idColumn != null) {
            given(table, idColumn);
            return idColumn;
        }
        if (column != null) {
            given(table, column);
            return column;
        }
        return Arrays.stream(table.columns())
                .filter(name -> name.equals(PATH) || name.equals(ID))
                .findFirst()
                .orElseThrow(() -> UnmaskException.invalid(
                        "name the column of ids (--id-column): there are " + String.join(", ", table.columns())));
    }

    private static Column given(Dataset<Row> table, String name) {
        if (!Arrays.asList(table.columns()).contains(name)) {
            throw UnmaskException.invalid(
                    "the table has no column '" + name + "'; it has " + String.join(", ", table.columns()));
        }
        return col(name);
    }

    private static String suffix(String path) {
        return path.substring(path.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }
}
