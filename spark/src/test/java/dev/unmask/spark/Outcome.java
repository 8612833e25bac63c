package dev.unmask.spark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unmask.job.Made;
import dev.unmask.job.Result;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.ParseResult;

/// What came of a job's command.
record Outcome(int code, String out, String err, List<Row> rows) {

    /// Runs a command in a session that goes on.
    ///
    /// @param command embed, reconstruct or anomaly
    static Outcome of(SparkSession session, String command, Path table, String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        List<String> all = new ArrayList<>(List.of(args));
        all.addAll(List.of("--out", table.toString()));
        if (!all.contains("--model")) {
            all.addAll(List.of("--model", Photos.MODEL.toString()));
        }
        int code = job(command, all.toArray(String[]::new)).run(session, new PrintWriter(out), new PrintWriter(err));
        List<Row> rows = session.read().parquet(table.toString()).orderBy("id").collectAsList();
        return new Outcome(code, out.toString(), err.toString(), rows);
    }

    private static Job job(String command, String... args) {
        List<String> line = new ArrayList<>(List.of(args));
        line.addFirst(command);
        ParseResult asked = UnmaskSpark.commandLine().parseArgs(line.toArray(String[]::new));
        return switch (asked.subcommand().commandSpec().userObject()) {
            case EmbedCommand embed -> embed.job();
            case ReconstructCommand reconstruct -> reconstruct.job();
            case AnomalyCommand anomaly -> anomaly.job();
            case Object other -> throw new AssertionError(other);
        };
    }

    /// Whether the table says of the same pictures the same as one machine.
    void isThatOf(Map<String, Result> alone) {
        assertThat(rows).extracting(Outcome::id).containsExactlyElementsOf(alone.keySet());
        for (Row row : rows) {
            isThatOf(row, Objects.requireNonNull(alone.get(id(row))));
        }
    }

    /// The id of a row, a path without the scheme that Spark puts before it.
    static String id(Row row) {
        return row.<String>getAs("id").replaceFirst("^file:", "");
    }

    /// The numbers of a cell, whether one or a list.
    static List<Double> numbers(Object cell) {
        return switch (cell) {
            case float[] vector -> {
                List<Double> numbers = new ArrayList<>();
                for (float value : vector) {
                    numbers.add((double) value);
                }
                yield numbers;
            }
            case scala.collection.Seq<?> list ->
                scala.jdk.javaapi.CollectionConverters.asJava(list).stream()
                        .map(value -> ((Number) value).doubleValue())
                        .toList();
            case Number number -> List.of(number.doubleValue());
            default -> throw new AssertionError("no number: " + cell);
        };
    }

    private static void isThatOf(Row row, Result expected) {
        assertThat(row.<Integer>getAs("width")).isEqualTo(expected.width());
        assertThat(row.<Integer>getAs("height")).isEqualTo(expected.height());
        assertThat(row.<String>getAs("sha256")).isEqualTo(expected.sha256());
        assertThat(row.<String>getAs("error")).isEqualTo(expected.error());
        assertThat(row.<String>getAs("model")).isEqualTo(Photos.DIGEST);
        Made made = expected.made();
        if (made == null) {
            assertThat(row.isNullAt(1)).isTrue();
            return;
        }
        for (int i = 0; i < made.values().size(); i++) {
            assertThat(numbers(row.get(i + 1)))
                    .as("%s, column %s", id(row), row.schema().fields()[i + 1].name())
                    .isEqualTo(numbers(made.values().get(i)));
        }
        if (made.png() != null) {
            assertThat(ByteBuffer.wrap(row.<byte[]>getAs("png"))).isEqualTo(made.png());
        }
    }
}
