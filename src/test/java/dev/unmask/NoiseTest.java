package dev.unmask;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// PyTorch wrote what its generator draws: `export/noise.py`.
class NoiseTest {

    static List<JsonNode> cases() throws IOException {
        try (InputStream golden = NoiseTest.class.getResourceAsStream("/noise.json")) {
            return new JsonMapper().readTree(golden).path("cases").valueStream().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void drawsWhatPyTorchDraws(JsonNode golden) throws NoSuchAlgorithmException {
        float[] noise =
                Noise.of(golden.path("seed").asLong(), golden.path("length").asInt());
        ByteBuffer bytes = littleEndian(noise.length * Float.BYTES);
        bytes.asFloatBuffer().put(noise);
        for (int i = 0; i < golden.path("first").size(); i++) {
            assertThat((double) noise[i]).isEqualTo(golden.path("first").path(i).asDouble());
        }
        assertThat(sha256(bytes)).isEqualTo(golden.path("noise").asText());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void ordersAsAStableSortDoes(JsonNode golden) throws NoSuchAlgorithmException {
        int length = golden.path("length").asInt();
        PatchGrid row = new PatchGrid(1, length, 1);
        int[] order = Mask.random(row, 0, golden.path("seed").asLong()).order();
        ByteBuffer bytes = littleEndian(length * Long.BYTES);
        for (int patch : order) {
            bytes.putLong(patch);
        }
        assertThat(sha256(bytes.clear())).isEqualTo(golden.path("order").asText());
    }

    private static ByteBuffer littleEndian(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static String sha256(ByteBuffer bytes) throws NoSuchAlgorithmException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        digest.update(bytes);
        return HexFormat.of().formatHex(digest.digest());
    }
}
