package dev.unmask.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import dev.unmask.job.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.spark.SparkException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// Use from other jobs: DataFrames, SQL.
@ExtendWith(Cluster.class)
@Timeout(120)
class LibraryTest {

    private static final Task.Embed EMBED = new Task.Embed("mean", true);
    private static final ModelSpec MODEL = ModelSpec.of(Photos.MODEL.toString());

    @TempDir
    Path temp;

    private Map<String, Result> alone = Map.of();

    @BeforeEach
    void writePhotos(SparkSession session) throws IOException {
        List<Path> photos = Photos.write(temp.resolve("photos"), 3);
        photos.add(Files.writeString(temp.resolve("photos/no.jpg"), "no picture"));
        alone = Photos.alone(EMBED, Photos.items(photos));
        session.read()
                .format("binaryFile")
                .load(temp.resolve("photos").toString())
                .createOrReplaceTempView("photos");
    }

    @Test
    void aDataFrameKeepsItsColumnsButTheBytes(SparkSession session) {
        Dataset<Row> rows = Pictures.of(session.table("photos"), "content").with(EMBED, MODEL);
        assertThat(rows.columns())
                .containsExactly(
                        "path",
                        "modificationTime",
                        "length",
                        "embedding",
                        "width",
                        "height",
                        "sha256",
                        "model",
                        "error");
        new Outcome(
                        0,
                        "",
                        "",
                        rows.selectExpr("path as id", "embedding", "width", "height", "sha256", "model", "error")
                                .orderBy("id")
                                .collectAsList())
                .isThatOf(alone);
    }

    @Test
    void sqlHasAFunction(SparkSession session) {
        UnmaskUdf.register(session, "unmask_embed", MODEL, EMBED);
        isThatOf(session.sql("SELECT path AS id, unmask_embed(content) AS embedding FROM photos"));
        assertThat(session.sql("SELECT unmask_embed(null) AS embedding").first().isNullAt(0))
                .isTrue();
    }

    @Test
    void aFunctionThatIsNamedByItsClassAloneTakesTheSessionsSettings(SparkSession session) {
        assertThatThrownBy(UnmaskUdf::new).hasMessage("spark.unmask.model is not set");
        session.conf().set("spark.unmask.model", Photos.MODEL.toString());
        session.conf().set("spark.unmask.pool", "mean");
        session.conf().set("spark.unmask.normalize", "true");
        try {
            session.udf().registerJava("named", UnmaskUdf.class.getName(), Task.VECTOR);
            isThatOf(session.sql("SELECT path AS id, named(content) AS embedding FROM photos"));
        } finally {
            List.of("model", "pool", "normalize").forEach(name -> session.conf().unset("spark.unmask." + name));
        }
    }

    @Test
    void columnsThatCannotBeAreRefused(SparkSession session) {
        Dataset<Row> photos = session.table("photos");
        assertThatThrownBy(() -> Pictures.of(photos, "picture"))
                .hasMessage("there is no column 'picture'; there are path, modificationTime, length, content");
        assertThatThrownBy(() -> Pictures.of(photos, "length"))
                .hasMessage("column 'length' is bigint; a picture is a path or bytes");
        assertThatThrownBy(() -> Pictures.of(photos.withColumnRenamed("length", "Width"), "content")
                        .with(EMBED, MODEL))
                .hasMessage("there is a column 'width' already; rename it, as the result has one");
    }

    @Test
    void aTaskRefusesAnotherModelThanTheDriverSaw(SparkSession session) {
        Dataset<Row> photos = session.table("photos");
        PartitionWork work = new PartitionWork(
                MODEL.at(Photos.MODEL.toString(), "beef"),
                EMBED,
                photos.schema().fieldIndex("content"),
                true,
                Counters.of(session.sparkContext()),
                SerializableConfiguration.broadcast(session.sparkContext()));
        assertThatThrownBy(() -> photos.mapPartitions(work, Encoders.row(photos.schema()))
                        .collectAsList())
                .isInstanceOf(SparkException.class)
                .rootCause()
                .isInstanceOfSatisfying(
                        UnmaskException.class,
                        refusal -> assertThat(refusal.fault()).isEqualTo(Fault.UNAVAILABLE))
                .hasMessageEndingWith("expected beef");
    }

    private void isThatOf(Dataset<Row> rows) {
        List<Row> sorted = rows.orderBy("id").collectAsList();
        assertThat(sorted).extracting(Outcome::id).containsExactlyElementsOf(alone.keySet());
        for (Row row : sorted) {
            Result expected = Objects.requireNonNull(alone.get(Outcome.id(row)));
            if (expected.made() == null) {
                assertThat(row.isNullAt(1)).isTrue();
            } else {
                assertThat(Outcome.numbers(row.get(1)))
                        .isEqualTo(Outcome.numbers(expected.made().values().getFirst()));
            }
        }
    }
}
