package dev.unmask.oip;

import dev.unmask.door.Coding;
import io.grpc.Codec;
import io.grpc.CompressorRegistry;
import io.grpc.DecompressorRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// How a message is packed for its way. What is unpacked is bounded by the server, as it is read.
public enum GrpcCoding implements Codec {
    GZIP(Coding.GZIP),
    /// In the format of zlib, as on HTTP.
    DEFLATE(Coding.DEFLATE);

    private final Coding coding;

    GrpcCoding(Coding coding) {
        this.coding = coding;
    }

    public static DecompressorRegistry unpacking() {
        DecompressorRegistry all = DecompressorRegistry.emptyInstance().with(Identity.NONE, false);
        for (GrpcCoding coding : values()) {
            all = all.with(coding, true);
        }
        return all;
    }

    public static CompressorRegistry packing() {
        CompressorRegistry all = CompressorRegistry.newEmptyInstance();
        all.register(Identity.NONE);
        for (GrpcCoding coding : values()) {
            all.register(coding);
        }
        return all;
    }

    /// Whether messages are packed so here.
    static boolean isKnown(@Nullable String encoding) {
        return Arrays.stream(values())
                .anyMatch(each -> each.getMessageEncoding().equals(encoding));
    }

    @Override
    public String getMessageEncoding() {
        return coding.headerName();
    }

    @Override
    public InputStream decompress(InputStream packed) {
        return new Unpacked(packed);
    }

    @Override
    public OutputStream compress(OutputStream packed) throws IOException {
        return coding.packing(packed);
    }

    /// Looks at the bytes only when they are read, inside of the exchange, where a refusal can be told.
    private final class Unpacked extends InputStream {

        private final InputStream packed;
        private @Nullable InputStream plain;

        Unpacked(InputStream packed) {
            this.packed = packed;
        }

        @Override
        public int read() throws IOException {
            return plain().read();
        }

        @Override
        public int read(byte[] bytes, int start, int length) throws IOException {
            return plain().read(bytes, start, length);
        }

        @Override
        public void close() throws IOException {
            (plain == null ? packed : plain).close();
        }

        private InputStream plain() throws IOException {
            if (plain == null) {
                plain = coding.unpacking(packed);
            }
            return plain;
        }
    }
}
