package dev.unmask.job.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unmask.job.Column;
import dev.unmask.job.Column.Kind;
import dev.unmask.job.Result;
import dev.unmask.job.Table;
import dev.unmask.job.format.Codecs;
import dev.unmask.job.format.Format;
import dev.unmask.job.format.Shard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextColumnTest {

    @TempDir
    Path root;

    private Path write(String name, String... paths) throws IOException {
        MessageType schema = MessageTypeParser.parseMessageType(
                "message m { optional binary path (STRING); required int32 n; repeated binary tags (STRING); }");
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        SimpleGroupFactory rows = new SimpleGroupFactory(schema);
        try (ParquetWriter<Group> writer = ExampleParquetWriter.builder(new LocalOutputFile(file))
                .withConf(new PlainParquetConfiguration())
                .withType(schema)
                .withCodecFactory(new Codecs())
                .withCompressionCodec(CompressionCodecName.ZSTD)
                .build()) {
            for (String path : paths) {
                Group row = rows.newGroup().append("n", 1).append("tags", "x");
                writer.write(path.isEmpty() ? row : row.append("path", path));
            }
        }
        return file;
    }

    @Test
    void aFileHasPathsInAColumn() throws IOException {
        Path list = write("list.parquet", "b.jpg", "müde.jpg", "", "b.jpg");

        assertThat(Ids.ids(Ids.of(list))).containsExactly("b.jpg", "müde.jpg", "", "b.jpg");
        assertThat(Survey.of(Ids.of(list))).isEqualTo(Survey.of(Ids.of(list)));
        assertThat(Ids.contents(Ids.of(list))).contains("INVALID: the list names no file here");
    }

    @Test
    void aFolderOfFilesIsOneList() throws IOException {
        write("list.parquet/part-1.parquet", "c.jpg");
        write("list.parquet/part-0.parquet", "a.jpg", "b.jpg");
        write("list.parquet/_unmask/part-2.parquet", "never.jpg");
        Files.createFile(root.resolve("list.parquet/_SUCCESS"));

        assertThat(Ids.ids(Ids.of(root.resolve("list.parquet")))).containsExactly("a.jpg", "b.jpg", "c.jpg");
    }

    @Test
    void aTableOfOursIsAListToo() throws IOException {
        Table table = new Table(
                List.of(
                        new Column("id", Kind.TEXT, 1),
                        new Column("width", Kind.INT32, 1),
                        new Column("height", Kind.INT32, 1),
                        new Column("sha256", Kind.TEXT, 1),
                        new Column("model", Kind.TEXT, 1),
                        new Column("error", Kind.TEXT, 1)),
                "digest");
        try (Shard shard = Format.of("parquet").create(root, "part-00000", table)) {
            shard.add(new Result("a.jpg", null, null, null, null, "missing"));
        }

        assertThat(Ids.ids(Ids.ofColumn("id", root.resolve("part-00000.parquet"))))
                .containsExactly("a.jpg");
    }

    @Test
    void whatHoldsNoPathsIsRefusedAtOnce() throws IOException {
        Path list = write("list.parquet", "b.jpg");
        Path noise = Files.writeString(root.resolve("noise.parquet"), "path\na.jpg\n".repeat(9));

        assertThatThrownBy(() -> Ids.ofColumn("file", list))
                .hasMessage(list + " has no column 'file'; it has path, n, tags");
        assertThatThrownBy(() -> Ids.ofColumn("n", list)).hasMessageContaining("column 'n' holds no texts");
        assertThatThrownBy(() -> Ids.ofColumn("tags", list)).hasMessageContaining("column 'tags' holds no texts");
        assertThatThrownBy(() -> Ids.of(noise)).hasMessageContaining(noise + " cannot be read as Parquet");
    }
}
