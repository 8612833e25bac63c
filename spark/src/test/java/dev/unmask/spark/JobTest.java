package dev.unmask.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unmask.UnmaskException;
import dev.unmask.job.Item;
import dev.unmask.job.Result;
import dev.unmask.task.Reconstruct.PatchStats;
import dev.unmask.task.ReconstructionPanel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// Jobs from their options to their tables.
@ExtendWith(Cluster.class)
@Timeout(120)
class JobTest {

    private static final Task EMBED = new Task.Embed("cls", false);

    @TempDir
    Path temp;

    @Test
    void aFolderIsSearchedToTheBottomAndABadPictureIsARow(SparkSession session) throws IOException {
        Path folder = temp.resolve("photos");
        List<Path> photos = new ArrayList<>(Photos.write(folder, 9));
        Path odd = Files.createDirectories(folder.resolve("deep/er")).resolve("a b%20#ü.JPG");
        photos.add(Files.move(photos.removeLast(), odd));
        photos.add(Files.writeString(folder.resolve("no.jpg"), "no picture"));
        photos.add(Files.write(folder.resolve("empty.png"), new byte[0]));
        Files.writeString(folder.resolve("notes.txt"), "no picture either");
        Files.copy(photos.getFirst(), folder.resolve(".hidden.jpg"));
        Outcome outcome = embed(session, "--in=" + folder, "--json");
        assertThat(outcome.code()).isEqualTo(UnmaskSpark.SOME_FAILED);
        outcome.isThatOf(Photos.alone(EMBED, Photos.items(photos)));
        assertThat(outcome.err()).contains("no.jpg: not a picture: ").contains("unmask: 11 pictures, 2 with errors");
        assertThat(outcome.out())
                .startsWith("{\"rows\":11,\"errors\":2,\"bytes_read\":")
                .contains("\"model\":\"" + Photos.DIGEST + "\"");
    }

    @Test
    void pathsOfATableThatLeadNowhereAreRowsAndDuplicatesStay(SparkSession session) throws IOException {
        Path photo = Photos.write(temp.resolve("photos"), 1).getFirst();
        Path missing = temp.resolve("missing.jpg");
        Path list = Files.writeString(
                temp.resolve("list.csv"),
                "name,path\nfirst," + photo + "\nmissing," + missing + "\nfolder," + temp + "\nagain," + photo
                        + "\nnothing,\nnonsense,a:b.jpg\n");
        Outcome outcome = embed(session, "--in=" + list, "--column=path", "--id-column=name");
        assertThat(outcome.code()).isEqualTo(UnmaskSpark.SOME_FAILED);
        assertThat(outcome.rows())
                .extracting(row -> row.<String>getAs("id") + ": " + row.getAs("error"))
                .containsExactly(
                        "again: null",
                        "first: null",
                        "folder: is a folder, not a picture",
                        "missing: there is no such file",
                        "nonsense: is no path: java.net.URISyntaxException: Relative path in absolute URI: a:b.jpg",
                        "nothing: there is no path in the row");
        assertThat(outcome.rows().getFirst().schema().fieldNames())
                .containsExactly("id", "embedding", "width", "height", "sha256", "model", "error");
        assertThat(outcome.rows().get(0).getList(1))
                .isEqualTo(outcome.rows().get(1).getList(1));
    }

    @Test
    void picturesMayBeBytesInATable(SparkSession session) throws IOException {
        List<Path> photos = Photos.write(temp.resolve("photos"), 5);
        String table = temp.resolve("table").toString();
        session.read()
                .format("binaryFile")
                .load(temp.resolve("photos").toString())
                .selectExpr("path", "if(path like '%004.jpg', null, content) as picture")
                .write()
                .parquet(table);
        List<Item> items = new ArrayList<>(Photos.items(photos.subList(0, 4)));
        items.add(new Item(photos.getLast().toString(), () -> {
            throw UnmaskException.invalid("there is no picture in the row");
        }));
        embed(session, "--in=" + table, "--bytes-column=picture").isThatOf(Photos.alone(EMBED, items));
    }

    @Test
    void reconstructionsHaveTheirLossAndDrawing(SparkSession session) throws IOException {
        List<Path> photos = Photos.write(temp.resolve("photos"), 3);
        Task task = new Task.Reconstruct(0.5, 7L, null, null, PatchStats.NONE, List.of(ReconstructionPanel.COMBINED));
        Map<String, Result> alone = Photos.alone(task, Photos.items(photos));
        Outcome outcome = Outcome.of(
                session,
                "reconstruct",
                temp.resolve("out"),
                "--in=" + temp.resolve("photos"),
                "--ratio=0.5",
                "--seed=7",
                "--panels=combined");
        outcome.isThatOf(alone);
        assertThat(alone.values())
                .allMatch(result -> result.made() != null && result.made().png() != null);
    }

    @Test
    void anomaliesHaveTheirScoreAndMap(SparkSession session) throws IOException {
        List<Path> photos = Photos.write(temp.resolve("photos"), 3);
        Outcome outcome =
                Outcome.of(session, "anomaly", temp.resolve("out"), "--in=" + temp.resolve("photos"), "--masks=3");
        outcome.isThatOf(Photos.alone(new Task.Anomaly(3, 1, 0, 0.02, false), Photos.items(photos)));
        assertThat(outcome.rows().getFirst().schema().fieldNames())
                .containsExactly("id", "score", "max", "map", "width", "height", "sha256", "model", "error");
    }

    @Test
    void aModelThatIsNotThereOrAnotherIsRefused(SparkSession session) throws IOException {
        Photos.write(temp.resolve("photos"), 2);
        assertThatThrownBy(() -> embed(session, "--in=" + temp.resolve("photos"), "--digest=beef"))
                .isInstanceOf(UnmaskException.class)
                .hasMessageEndingWith(
                        "is not the model of this job: its digest is " + Photos.DIGEST + ", expected beef");
        assertThatThrownBy(() -> embed(session, "--in=" + temp.resolve("photos"), "--model", "/no/model"))
                .isInstanceOf(UnmaskException.class)
                .hasMessageStartingWith("there is no model bundle at /no/model; if the executors have it, name its");
    }

    @Test
    void whatIsThereIsNotOverwritten(SparkSession session) throws IOException {
        String in = "--in=" + Photos.write(temp.resolve("photos"), 1).getFirst();
        assertThat(embed(session, in).code()).isZero();
        assertThatThrownBy(() -> embed(session, in)).hasMessageEndingWith("is there already; --overwrite replaces it");
        assertThat(embed(session, in, "--overwrite").rows()).hasSize(1);
        assertThatThrownBy(() -> Outcome.of(session, "embed", temp, in, "--overwrite"))
                .isInstanceOf(UnmaskException.class)
                .hasMessageContaining(" is no table that could be overwritten: it holds ");
        assertThat(temp.resolve("photos")).isNotEmptyDirectory();
    }

    private Outcome embed(SparkSession session, String... args) {
        return Outcome.of(session, "embed", temp.resolve("out"), args);
    }
}
