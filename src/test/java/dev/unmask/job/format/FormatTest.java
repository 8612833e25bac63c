package dev.unmask.job.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unmask.UnmaskException;
import dev.unmask.job.Column;
import dev.unmask.job.Column.Kind;
import dev.unmask.job.Table;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FormatTest {

    @TempDir
    Path folder;

    static List<Format> formats() {
        return Format.all();
    }

    @ParameterizedTest
    @MethodSource("formats")
    void isFoundByItsSuffix(Format format) {
        assertThat(Format.of(format.suffix())).hasSameClassAs(format);
    }

    @Test
    void anotherSuffixIsRefusedNamingThoseThereAre() {
        assertThatThrownBy(() -> Format.of("csv"))
                .isInstanceOf(UnmaskException.class)
                .hasMessage("'csv' is not a format of tables: parquet, npy, jsonl");
    }

    @ParameterizedTest
    @MethodSource("formats")
    void theSameRowsGiveTheSameBytes(Format format) throws IOException {
        assertThat(write(format, "one")).isEqualTo(write(format, "two")).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("formats")
    void aShardThatIsThereIsReplaced(Format format) throws IOException {
        Map<String, String> once = write(format, "same");
        assertThat(write(format, "same")).isEqualTo(once);
    }

    @ParameterizedTest
    @MethodSource("formats")
    void aListOfAnotherLengthIsRefused(Format format) throws IOException {
        Table table = Rows.embeddings(Kind.FLOAT32S, 3);
        try (Shard shard = format.create(folder, "part-00000", table)) {
            assertThatThrownBy(() -> shard.add(Rows.good("a.jpg", new float[] {1, 2})))
                    .hasMessage("column 'embedding' holds lists of 3 numbers, not of 2");
        }
    }

    @ParameterizedTest
    @MethodSource("formats")
    void aFolderThatIsNotThereComesOutAsTheFileSystemSaysIt(Format format) {
        assertThatThrownBy(
                        () -> format.create(folder.resolve("missing"), "part-00000", Rows.embeddings(Kind.FLOAT32S, 1)))
                .isInstanceOf(FileSystemException.class);
    }

    private Map<String, String> write(Format format, String name) throws IOException {
        Path to = Files.createDirectories(folder.resolve(name));
        Random random = new Random(1);
        Table table = Rows.table(new Column("score", Kind.FLOAT64, 1), new Column("map", Kind.FLOAT16S, 9));
        try (Shard shard = format.create(to, "part-00000", table)) {
            for (int row = 0; row < 1000; row++) {
                String id = "photos/" + row + ".jpg";
                shard.add(
                        row % 10 == 3
                                ? Rows.bad(id, "not a picture")
                                : Rows.good(id, random.nextDouble(), Rows.normal(random, 9)));
            }
        }
        return contents(to);
    }

    /// The bytes of all files of a folder, by name.
    private static Map<String, String> contents(Path folder) throws IOException {
        Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                byte[] bytes = Files.readAllBytes(file);
                contents.put(String.valueOf(file.getFileName()), HexFormat.of().formatHex(bytes));
            }
        }
        return contents;
    }
}
