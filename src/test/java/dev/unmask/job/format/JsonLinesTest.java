package dev.unmask.job.format;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unmask.job.Column.Kind;
import dev.unmask.job.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonLinesTest {

    @TempDir
    Path folder;

    @Test
    void aFloatHasTheDigitsOfAFloat() throws IOException {
        assertThat(line(Kind.FLOAT32S, Rows.good("a.jpg", new float[] {0.1f, 1e-30f, -3})))
                .isEqualTo("{\"id\":\"a.jpg\",\"embedding\":[0.1,1.0E-30,-3.0],\"width\":640,\"height\":480,"
                        + "\"sha256\":\"sha-of-a.jpg\",\"model\":\"d1ge57\",\"error\":null}\n");
    }

    @Test
    void aHalfIsTheNumberThatIsStoredElsewhere() throws IOException {
        assertThat(line(Kind.FLOAT16S, Rows.good("a.jpg", new float[] {0.1f, 2049, -3})))
                .contains("\"embedding\":[0.099975586,2048.0,-3.0]");
    }

    @Test
    void aPictureThatFailedHasEveryColumnToo() throws IOException {
        assertThat(line(Kind.FLOAT32S, Rows.bad("a\n\"b\".jpg", "größe")))
                .isEqualTo("{\"id\":\"a\\n\\\"b\\\".jpg\",\"embedding\":null,\"width\":null,\"height\":null,"
                        + "\"sha256\":null,\"model\":\"d1ge57\",\"error\":\"größe\"}\n");
    }

    private String line(Kind kind, Result row) throws IOException {
        Rows.write(new JsonLines(), folder, Rows.embeddings(kind, 3), row);
        return Files.readString(folder.resolve("part-00000.jsonl"));
    }
}
