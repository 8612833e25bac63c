package dev.unmask.spark;

import dev.unmask.UnmaskException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.SerializableConfiguration;

/// Pictures of a DataFrame: a column of their paths, which the tasks read, or of their files' bytes.
///
/// ```java
/// Dataset<Row> vectors = Pictures.of(photos, "content")
///         .with(new Task.Embed("mean", true), ModelSpec.of("/models/mae-large"));
/// ```
///
/// @param rows of which the other columns are kept
/// @param column text or binary
public record Pictures(Dataset<Row> rows, String column) {

    private static final List<StructField> COMMON = List.of(
            DataTypes.createStructField("width", DataTypes.IntegerType, true),
            DataTypes.createStructField("height", DataTypes.IntegerType, true),
            DataTypes.createStructField("sha256", DataTypes.StringType, true),
            DataTypes.createStructField("model", DataTypes.StringType, false),
            DataTypes.createStructField("error", DataTypes.StringType, true));

    public static Pictures of(Dataset<Row> rows, String column) {
        return new Pictures(rows, column);
    }

    public Pictures {
        if (!Arrays.asList(rows.columns()).contains(column)) {
            throw UnmaskException.invalid(
                    "there is no column '" + column + "'; there are " + String.join(", ", rows.columns()));
        }
        DataType type = rows.schema().apply(column).dataType();
        if (!(type instanceof StringType || type instanceof BinaryType)) {
            throw UnmaskException.invalid(
                    "column '" + column + "' is " + type.simpleString() + "; a picture is a path or bytes");
        }
    }

    /// The rows, without the bytes of their pictures, with what the task makes, `width`, `height`, `sha256` of the
    /// file, `model` its digest, and `error` where there is no more than that.
    public Dataset<Row> with(Task task, ModelSpec model) {
        return with(
                task, ModelFiles.settle(model), Counters.of(rows.sparkSession().sparkContext()));
    }

    /// @param model settled
    Dataset<Row> with(Task task, ModelSpec model, Counters counters) {
        SparkContext context = rows.sparkSession().sparkContext();
        PartitionWork work = new PartitionWork(
                model,
                task,
                rows.schema().fieldIndex(column),
                bytes(),
                counters,
                SerializableConfiguration.broadcast(context));
        return rows.mapPartitions(work, Encoders.row(schema(task)));
    }

    private boolean bytes() {
        return rows.schema().apply(column).dataType() instanceof BinaryType;
    }

    private StructType schema(Task task) {
        List<StructField> fields = new ArrayList<>();
        for (StructField field : rows.schema().fields()) {
            if (!bytes() || !field.name().equals(column)) {
                fields.add(field);
            }
        }
        List<StructField> made = new ArrayList<>(task.columns());
        made.addAll(COMMON);
        if (task.draws()) {
            made.add(DataTypes.createStructField("png", DataTypes.BinaryType, true));
        }
        for (StructField field : made) {
            if (fields.stream().anyMatch(given -> given.name().equalsIgnoreCase(field.name()))) {
                throw UnmaskException.invalid(
                        "there is a column '" + field.name() + "' already; rename it, as the result has one");
            }
        }
        fields.addAll(made);
        return DataTypes.createStructType(fields);
    }
}
