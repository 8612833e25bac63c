package dev.unmask.job.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unmask.UnmaskException;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.Objects;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Files of one text column, written by pyarrow.
class CodecsTest {

    @ParameterizedTest
    @ValueSource(strings = {"none", "snappy", "gzip", "zstd"})
    void whatOthersCompressedIsRead(String codec) throws Exception {
        assertThat(file(codec).rows())
                .hasSize(60)
                .extracting(row -> row.getString("path", 0))
                .startsWith("a.jpg", "größe.jpg", "c.jpg");
    }

    @Test
    void anotherCodecIsRefusedNamingThoseThatAreRead() {
        assertThatThrownBy(() -> file("lz4").rows())
                .hasRootCauseInstanceOf(UnmaskException.class)
                .hasRootCauseMessage("compressed by LZ4_RAW, which is not read: UNCOMPRESSED, SNAPPY, GZIP, ZSTD");
    }

    @Test
    void aPageOfAnotherSizeThanItSaysIsRefused() {
        assertThatThrownBy(() -> new Codecs()
                        .getDecompressor(CompressionCodecName.UNCOMPRESSED)
                        .decompress(BytesInput.from(new byte[3]), 4))
                .isInstanceOf(IOException.class)
                .hasMessage("a page holds 3 bytes, not the 4 it says");
    }

    private static ParquetFile file(String codec) throws URISyntaxException {
        URL resource = CodecsTest.class.getResource("/tables/" + codec + ".parquet");
        return new ParquetFile(Path.of(Objects.requireNonNull(resource).toURI()));
    }
}
