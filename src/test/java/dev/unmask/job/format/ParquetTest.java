package dev.unmask.job.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unmask.job.Column;
import dev.unmask.job.Column.Kind;
import dev.unmask.job.Result;
import dev.unmask.job.Table;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.FixedSizeList;
import org.apache.arrow.flatbuf.FloatingPoint;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.Precision;
import org.apache.arrow.flatbuf.Schema;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Written by us, read by Parquet's own reader; `clients/tests/test_tables.py` reads by pyarrow, DuckDB and NumPy.
class ParquetTest {

    private static final Column EMBEDDING = new Column("embedding", Kind.FLOAT32S, 3);
    private static final Column HALVES = new Column("halves", Kind.FLOAT16S, 2);
    private static final Column SCORE = new Column("score", Kind.FLOAT64, 1);
    private static final Table TABLE = Rows.table(EMBEDDING, HALVES, SCORE);

    @TempDir
    Path folder;

    private ParquetFile file;

    @BeforeEach
    void place() {
        file = new ParquetFile(folder.resolve("part-00000.parquet"));
    }

    @Test
    void everyCellComesBack() throws IOException {
        float[] embedding = {1, -0.1f, Float.MIN_VALUE};
        write(Rows.good("größe/a.jpg", embedding, new float[] {0.5f, -2}, 0.1));
        Group row = file.rows().getFirst();
        assertThat(row.getString("id", 0)).isEqualTo("größe/a.jpg");
        assertThat(floats(row)).containsExactly(1f, -0.1f, Float.MIN_VALUE);
        assertThat(halves(row)).containsExactly(0.5f, -2f);
        assertThat(row.getDouble("score", 0)).isEqualTo(0.1);
        assertThat(row.getInteger("width", 0)).isEqualTo(640);
        assertThat(row.getInteger("height", 0)).isEqualTo(480);
        assertThat(row.getString("sha256", 0)).isEqualTo("sha-of-größe/a.jpg");
        assertThat(row.getString("model", 0)).isEqualTo(Rows.DIGEST);
        assertThat(row.getFieldRepetitionCount("error")).isZero();
    }

    @Test
    void aPictureThatFailedIsARowOfGapsWithItsError() throws IOException {
        Result good = Rows.good("b.jpg", new float[3], new float[2], 0.0);
        write(Rows.bad("a.jpg", "not a picture"), good);
        Group row = file.rows().getFirst();
        assertThat(row.getString("id", 0)).isEqualTo("a.jpg");
        assertThat(row.getString("model", 0)).isEqualTo(Rows.DIGEST);
        assertThat(row.getString("error", 0)).isEqualTo("not a picture");
        assertThat(floats(row)).containsExactly(Float.NaN, Float.NaN, Float.NaN);
        assertThat(halves(row)).containsExactly(Float.NaN, Float.NaN);
        assertThat(List.of("score", "width", "height", "sha256"))
                .allSatisfy(column ->
                        assertThat(row.getFieldRepetitionCount(column)).isZero());
        assertThat(floats(file.rows().get(1))).containsExactly(0f, 0f, 0f);
    }

    /// 2049 and 2051 lie halfway between two halves.
    @Test
    void halvesAreTheNearestAndTiesGoToEven() throws IOException {
        write(
                Rows.good("a.jpg", new float[3], new float[] {2049, 2051}, 0.0),
                Rows.good("b.jpg", new float[3], new float[] {0.1f, 70_000}, 0.0));
        assertThat(halves(file.rows().get(0))).containsExactly(2048f, 2052f);
        assertThat(halves(file.rows().get(1))).containsExactly(0.099975586f, Float.POSITIVE_INFINITY);
    }

    @Test
    void aShardWithoutRowsIsAFileWithoutRows() throws IOException {
        write();
        assertThat(file.rows()).isEmpty();
    }

    @Test
    void rowGroupsStaySmallWhateverTheLengthOfTheShard() throws IOException {
        Random random = new Random(1);
        Table table = Rows.embeddings(Kind.FLOAT32S, 4096);
        try (Shard shard = new Parquet().create(folder, "part-00000", table)) {
            for (int row = 0; row < 2500; row++) {
                shard.add(Rows.good(row + ".jpg", (Object) Rows.normal(random, 4096)));
            }
        }
        List<BlockMetaData> groups = file.footer().getBlocks();
        assertThat(groups).hasSize(3).allMatch(group -> group.getTotalByteSize() < 18 << 20);
    }

    /// Spark's reader knows these encodings of floats and no other.
    @Test
    void numbersOfListsAreStoredPlainlyAndCompressedByZstandard() throws IOException {
        write(Rows.good("a.jpg", new float[3], new float[2], 0.0));
        for (ColumnChunkMetaData column : file.footer().getBlocks().getFirst().getColumns()) {
            assertThat(column.getCodec()).isEqualTo(CompressionCodecName.ZSTD);
            if (column.getPath().toDotString().endsWith(".list.element")) {
                assertThat(column.getEncodings()).containsExactlyInAnyOrder(Encoding.RLE, Encoding.PLAIN);
            }
        }
    }

    @Test
    void theModelIsNamedOncePerFile() throws IOException {
        write();
        assertThat(file.metadata()).containsEntry("unmask.digest", Rows.DIGEST);
    }

    @Test
    void pyarrowIsToldTheLengthsOfTheLists() throws IOException {
        write();
        ByteBuffer message = ByteBuffer.wrap(
                        Base64.getDecoder().decode(file.metadata().get("ARROW:schema")))
                .order(ByteOrder.LITTLE_ENDIAN);
        assertThat(message.getInt()).isEqualTo(-1);
        assertThat(message.getInt()).isEqualTo(message.remaining()).matches(size -> size % 8 == 0);
        Schema schema = (Schema) Message.getRootAsMessage(message.slice()).header(new Schema());
        assertThat(IntStream.range(0, schema.fieldsLength())
                        .mapToObj(index -> schema.fields(index).name()))
                .containsExactly("id", "embedding", "halves", "score", "width", "height", "sha256", "model", "error");
        assertList(schema.fields(1), 3, Precision.SINGLE);
        assertList(schema.fields(2), 2, Precision.HALF);
    }

    private static void assertList(Field field, int length, short precision) {
        assertThat(((FixedSizeList) field.type(new FixedSizeList())).listSize()).isEqualTo(length);
        assertThat(field.nullable()).isFalse();
        assertThat(field.children(0).nullable()).isFalse();
        assertThat(((FloatingPoint) field.children(0).type(new FloatingPoint())).precision())
                .isEqualTo(precision);
    }

    @Test
    void aDiskThatIsFullWhileRowsAreWrittenComesOutAsItIs() throws IOException {
        Table table = Rows.embeddings(Kind.FLOAT32S, 1 << 16);
        Shard shard = new ParquetShard(new FullDisk(1 << 10), table);
        assertThatThrownBy(() -> {
                    try (shard) {
                        for (int row = 0; row < 200; row++) {
                            shard.add(Rows.good("a.jpg", (Object) new float[1 << 16]));
                        }
                    }
                })
                .isExactlyInstanceOf(IOException.class)
                .hasMessage(FullDisk.MESSAGE);
    }

    @Test
    void aDiskThatIsFullAtTheEndComesOutAsItIs() throws IOException {
        Shard shard = new ParquetShard(new FullDisk(8), TABLE);
        shard.add(Rows.good("a.jpg", new float[3], new float[2], 0.0));
        assertThatThrownBy(shard::close).isExactlyInstanceOf(IOException.class).hasMessage(FullDisk.MESSAGE);
    }

    private void write(Result... rows) throws IOException {
        Rows.write(new Parquet(), folder, TABLE, rows);
    }

    private static List<Float> floats(Group row) {
        Group list = row.getGroup("embedding", 0);
        return IntStream.range(0, list.getFieldRepetitionCount("list"))
                .mapToObj(index -> list.getGroup("list", index).getFloat("element", 0))
                .toList();
    }

    private static List<Float> halves(Group row) {
        Group list = row.getGroup("halves", 0);
        return IntStream.range(0, list.getFieldRepetitionCount("list"))
                .mapToObj(index -> list.getGroup("list", index).getBinary("element", 0))
                .map(half -> half.toByteBuffer().order(ByteOrder.LITTLE_ENDIAN).getShort())
                .map(Float::float16ToFloat)
                .toList();
    }
}
