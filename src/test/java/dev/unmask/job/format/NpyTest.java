package dev.unmask.job.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unmask.UnmaskException;
import dev.unmask.job.Column;
import dev.unmask.job.Column.Kind;
import dev.unmask.job.Table;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpyTest {

    @TempDir
    Path folder;

    @Test
    void theHeaderIsTheOneOfNumPysFormatOne() throws IOException {
        write(Kind.FLOAT32S);
        byte[] file = Files.readAllBytes(folder.resolve("part-00000.npy"));
        assertThat(file).startsWith(0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 118, 0);
        String text = new String(file, 10, 118, StandardCharsets.US_ASCII);
        assertThat(text).endsWith(" \n").startsWith("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }  ");
    }

    @Test
    void rowsFollowOneAnotherAndAFailedOneIsNaN() throws IOException {
        write(Kind.FLOAT32S);
        assertThat(array().asFloatBuffer())
                .isEqualTo(ByteBuffer.allocate(24)
                        .asFloatBuffer()
                        .put(new float[] {1, 0.1f, Float.NaN, Float.NaN, 3, -4})
                        .flip());
    }

    @Test
    void halvesTakeTwoBytes() throws IOException {
        write(Kind.FLOAT16S);
        short[] halves = new short[6];
        array().asShortBuffer().get(halves);
        assertThat(halves)
                .containsExactly(
                        (short) 0x3c00, (short) 0x2e66, (short) 0x7e00, (short) 0x7e00, (short) 0x4200, (short) 0xc400);
    }

    @Test
    void theOtherColumnsAreLinesOfJsonBesideIt() throws IOException {
        write(Kind.FLOAT32S);
        assertThat(folder.resolve("part-00000.ids.jsonl")).hasContent("""
                        {"id":"a","score":0.5,"width":640,"height":480,"sha256":"sha-of-a","model":"d1ge57","error":null}
                        {"id":"b","score":null,"width":null,"height":null,"sha256":null,"model":"d1ge57","error":"bad"}
                        {"id":"c","score":0.25,"width":640,"height":480,"sha256":"sha-of-c","model":"d1ge57","error":null}
                        """);
    }

    @Test
    void aTableWithoutListsIsRefusedSayingWhatToTake() {
        Table table = Rows.table(new Column("loss", Kind.FLOAT64, 1));
        String message = "npy holds one column of lists, and this table has none among "
                + "id, loss, width, height, sha256, model, error; parquet and jsonl hold any table";
        assertThatThrownBy(() -> new Npy().check(table))
                .isInstanceOf(UnmaskException.class)
                .hasMessage(message);
        assertThatThrownBy(() -> new Npy().create(folder, "part-00000", table)).hasMessage(message);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aTableWithTwoListsIsRefused() {
        Table table = Rows.table(new Column("map", Kind.FLOAT32S, 2), new Column("embedding", Kind.FLOAT16S, 2));
        assertThatThrownBy(() -> new Npy().check(table))
                .hasMessageStartingWith("npy holds one column of lists, and this table has 2 among id, map, embedding");
    }

    private void write(Kind kind) throws IOException {
        Table table = Rows.table(new Column("embedding", kind, 2), new Column("score", Kind.FLOAT64, 1));
        Rows.write(
                new Npy(),
                folder,
                table,
                Rows.good("a", new float[] {1, 0.1f}, 0.5),
                Rows.bad("b", "bad"),
                Rows.good("c", new float[] {3, -4}, 0.25));
    }

    private ByteBuffer array() throws IOException {
        return ByteBuffer.wrap(Files.readAllBytes(folder.resolve("part-00000.npy")))
                .position(128)
                .slice()
                .order(ByteOrder.LITTLE_ENDIAN);
    }
}
