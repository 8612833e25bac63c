package dev.unmask.job.format;

import com.github.luben.zstd.Zstd;
import dev.unmask.UnmaskException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.GZIPInputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.xerial.snappy.Snappy;

/// Packs and unpacks the pages of Parquet files without Hadoop, which Parquet's own codecs need. Packs by Zstandard
/// alone; unpacks what else is common.
public final class Codecs implements CompressionCodecFactory {

    /// Zstandard's own choice; floats take the same time and room at 1.
    private static final int LEVEL = 3;

    @Override
    public BytesInputCompressor getCompressor(CompressionCodecName codec) {
        if (codec != CompressionCodecName.ZSTD) {
            throw new IllegalArgumentException("pages are compressed by ZSTD, not " + codec);
        }
        return new Packer();
    }

    @Override
    public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
        return new Unpacker(codec);
    }

    @Override
    public void release() {
        // holds nothing
    }

    private static final class Packer implements BytesInputCompressor {

        @Override
        public BytesInput compress(BytesInput page) throws IOException {
            return BytesInput.from(Zstd.compress(page.toInputStream().readAllBytes(), LEVEL));
        }

        @Override
        public CompressionCodecName getCodecName() {
            return CompressionCodecName.ZSTD;
        }

        @Override
        public void release() {
            // holds nothing
        }
    }

    private record Unpacker(CompressionCodecName codec) implements BytesInputDecompressor {

        @Override
        public BytesInput decompress(BytesInput page, int size) throws IOException {
            return BytesInput.from(unpack(page.toInputStream().readAllBytes(), size));
        }

        @Override
        public void decompress(ByteBuffer page, int packedSize, ByteBuffer to, int size) throws IOException {
            byte[] packed = new byte[packedSize];
            page.get(packed);
            to.put(unpack(packed, size));
        }

        @Override
        public void release() {
            // holds nothing
        }

        private byte[] unpack(byte[] page, int size) throws IOException {
            byte[] unpacked = switch (codec) {
                case UNCOMPRESSED -> page;
                case ZSTD -> Zstd.decompress(page, size);
                case SNAPPY -> Snappy.uncompress(page);
                case GZIP -> gunzip(page, size);
                case LZO, BROTLI, LZ4, LZ4_RAW ->
                    throw UnmaskException.invalid(
                            "compressed by " + codec + ", which is not read: UNCOMPRESSED, SNAPPY, GZIP, ZSTD");
            };
            if (unpacked.length != size) {
                throw new IOException("a page holds " + unpacked.length + " bytes, not the " + size + " it says");
            }
            return unpacked;
        }

        private static byte[] gunzip(byte[] page, int size) throws IOException {
            try (GZIPInputStream unpacking = new GZIPInputStream(new ByteArrayInputStream(page))) {
                return unpacking.readNBytes(size);
            }
        }
    }
}
