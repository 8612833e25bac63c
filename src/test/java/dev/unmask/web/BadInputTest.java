package dev.unmask.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.unmask.web.Wired.Reply;
import io.micronaut.context.annotation.Property;
import io.micronaut.runtime.server.EmbeddedServer;
import io.micronaut.test.extensions.junit5.annotation.MicronautTest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What may come over a socket and should not. Each is answered with a problem, and the next good request succeeds.
@MicronautTest
@Property(name = "unmask.request-timeout", value = "PT3S")
@Property(name = "unmask.max-rows", value = "1") // loads faster
@Timeout(60)
class BadInputTest {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String CHUNKED = "transfer-encoding: chunked";
    private static final int MAX_BODY = 32 << 20;

    private final EmbeddedServer server;
    private final byte[] photo;

    BadInputTest(EmbeddedServer server) throws IOException {
        this.server = server;
        this.photo = Files.readAllBytes(Path.of("photos/chelsea.jpg"));
    }

    @AfterEach
    void theNextGoodRequestSucceeds() throws Exception {
        try (Wired caller = caller()) {
            assertThat(caller.post("/v1/embed", "image/jpeg", photo).reply().status())
                    .isEqualTo(200);
        }
    }

    @Test
    void anEmptyBodyIsRefused() throws Exception {
        refused("image/jpeg", new byte[0], 400, "empty");
    }

    @Test
    void aTruncatedPictureIsRefused() throws Exception {
        refused("image/jpeg", Arrays.copyOf(photo, photo.length / 2), 400, "JPEG is truncated");
    }

    @Test
    void aTypeThatIsNotReadIsRefused() throws Exception {
        refused("text/plain", photo, 415, "text/plain");
    }

    @Test
    void whatIsNoPictureIsRefused() throws Exception {
        refused("image/jpeg", "not at all".getBytes(StandardCharsets.UTF_8), 415, "not a picture");
    }

    @Test
    void aPictureOfTooManyPixelsIsRefusedByItsHeader() throws Exception {
        refused("image/png", png(50_000, 50_000, new byte[0]), 413, "50000");
    }

    @Test
    void aPictureThatInflatesToMoreThanItAnnouncesCostsWhatItAnnounces() throws Exception {
        try (Wired caller = caller()) {
            Reply reply = caller.post("/v1/embed", "image/png", png(4, 4, deflated(1L << 30)))
                    .reply();
            assertThat(reply.status()).isEqualTo(200);
        }
    }

    @Test
    void aTooLongBodyIsRefusedByItsLength() throws Exception {
        try (Wired caller = caller()) {
            Reply reply = caller.head("/v1/embed", "image/jpeg", "content-length: " + (MAX_BODY + 1))
                    .reply();
            problem(reply, 413, "the body has 33554433 bytes; it may have 33554432");
            assertThat(reply.header("connection")).isEqualTo("close");
            assertThat(caller.isClosed()).isTrue();
        }
    }

    @Test
    void aTooLongBodyIsReadByNobodyAndItsSenderGetsTheAnswer() throws Exception {
        try (Wired caller = caller()) {
            caller.head("/v1/embed", "image/jpeg", "content-length: " + (MAX_BODY + 1))
                    .send(new byte[MAX_BODY + 1]);
            problem(caller.reply(), 413, "it may have 33554432");
            assertThat(caller.isClosed()).isTrue();
        }
    }

    @Test
    void aTooLongBodyWithoutALengthIsRefused() throws Exception {
        try (Wired caller = caller().head("/v1/embed", "image/jpeg", CHUNKED)) {
            byte[] chunk = chunk(new byte[1 << 20]);
            for (int sent = 0; sent < 33; sent++) {
                caller.send(chunk);
            }
            problem(caller.reply(), 413, "33554432");
            assertThat(caller.isClosed()).isTrue();
        }
    }

    @Test
    void aBodyOfTheGreatestLengthIsRead() throws Exception {
        refused("image/jpeg", new byte[MAX_BODY], 415, "not a picture");
    }

    @Test
    void aBodyInTinyChunksIsRead() throws Exception {
        try (Wired caller = caller().head("/v1/embed", "image/jpeg", CHUNKED)) {
            ByteArrayOutputStream chunks = new ByteArrayOutputStream();
            for (byte each : photo) {
                chunks.writeBytes(chunk(new byte[] {each}));
            }
            chunks.writeBytes("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(caller.send(chunks.toByteArray()).reply().status()).isEqualTo(200);
        }
    }

    @Test
    void aBodyThatDripsIsRefusedWhenItsTimeIsUp() throws Exception {
        try (Wired caller = caller().head("/v1/embed", "image/jpeg", "content-length: 1000")) {
            caller.send("drip");
            Reply reply = caller.reply();
            problem(reply, 408, "the body did not come within PT3S");
            assertThat(caller.isClosed()).isTrue();
        }
    }

    @Test
    void aBodyOfNoUseIsRefusedBeforeItComes() throws Exception {
        try (Wired caller = caller()) {
            Reply reply = caller.head(
                            "/v1/embed", "image/jpeg", "content-length: " + (MAX_BODY + 1), "expect: 100-continue")
                    .next();
            problem(reply, 413, "it may have");
        }
    }

    @Test
    void aCallerThatAsksFirstIsToldToGoOn() throws Exception {
        try (Wired caller = caller()) {
            caller.head("/v1/embed", "image/jpeg", "content-length: " + photo.length, "expect: 100-continue");
            assertThat(caller.next().status()).isEqualTo(100);
            assertThat(caller.send(photo).reply().status()).isEqualTo(200);
        }
    }

    @Test
    void aCallerThatClosedItsSendingSideGetsItsAnswer() throws Exception {
        try (Wired caller = caller()) {
            Reply reply =
                    caller.post("/v1/embed", "image/jpeg", photo).halfClose().reply();
            assertThat(reply.status()).isEqualTo(200);
            assertThat(caller.isClosed()).isTrue();
        }
    }

    @Test
    void aBodyThatEndsTooEarlyEndsTheConnection() throws Exception {
        try (Wired caller = caller()) {
            caller.head("/v1/embed", "image/jpeg", "content-length: 1000")
                    .send("half")
                    .halfClose();
            assertThat(caller.isClosed()).isTrue();
        }
    }

    @Test
    void unknownParametersAndThoseOutOfRangeAreRefused() throws Exception {
        refused("/v1/embed?poll=cls", "image/jpeg", photo, 400, "there is no option 'poll'");
        refused("/v1/embed?pool=cls&pool=mean", "image/jpeg", photo, 400, "option pool is given 2 times");
        refused("/v1/reconstruct?ratio=1", "image/jpeg", photo, 400, "mask ratio 1.0 is not in [0, 1)");
        refused("/v1/embed?timeout_ms=0", "image/jpeg", photo, 400, "option timeout_ms is 0, not in 1..3600000");
        refused("/v1/classify", "image/jpeg", photo, 422, "mae-tiny is no classifier");
        refused("/v1/embed?model=other", "image/jpeg", photo, 404, "there is no model 'other'");
        refused("/v1/nowhere", "image/jpeg", photo, 404, "there is no route POST /v1/nowhere");
    }

    @Test
    void badJsonIsRefused() throws Exception {
        json("{", 400, "the body is not JSON");
        json("[]", 400, "the body is not a JSON object");
        json("{}", 400, "the body has no \"image\" or \"images\"");
        json("{\"image\": \"\", \"images\": []}", 400, "the body has both \"image\" and \"images\"");
        json("{\"image\": {}}", 400, "an image is a string: base64 or a data URI");
        json("{\"images\": [1]}", 400, "an image is a string: base64 or a data URI");
        json("{\"image\": \"a*b=\"}", 400, "the image is not base64");
        json("{\"image\": \"aGk=\", \"ratio\": {}}", 400, "no objects");
        json("{\"image\": " + "[".repeat(100_000), 400, "nesting depth");
        json("{\"image\": \"http://example.org/a.png\"}", 400, "images are not fetched from addresses");
    }

    @Test
    void tenThousandPicturesAreCountedNotDecoded() throws Exception {
        String broken = "\"*\",".repeat(9_999) + "\"*\"";
        json("{\"images\": [" + broken + "]}", 400, "10000 images in one request; it takes 1 to 64");
    }

    @Test
    void aPackedBombIsRefusedByWhatItUnpacksTo() throws Exception {
        byte[] bomb = gzipped(1L << 30);
        assertThat(bomb.length).isLessThan(2 << 20);
        packed("gzip", bomb, 413, "the body has more than 33554432 bytes, unpacked");
        packed("deflate", deflated(1L << 30), 413, "the body has more than 33554432 bytes, unpacked");
    }

    @Test
    void brokenPackingIsRefused() throws Exception {
        byte[] half = gzipped(1 << 20);
        packed("gzip", Arrays.copyOf(half, half.length / 2), 400, "the body is gzip that ends too early");
        packed("gzip", photo, 400, "the body is not gzip");
        packed("deflate", photo, 400, "the body is not deflate");
        packed("br", photo, 415, "content-encoding 'br' is not one of gzip, deflate, identity");
    }

    @Test
    void aWrongMethodIsRefused() throws Exception {
        try (Wired caller = caller()) {
            Reply reply =
                    caller.send("GET /v1/embed HTTP/1.1\r\nhost: test\r\n\r\n").reply();
            problem(reply, 405, "");
            assertThat(reply.header("allow")).isEqualTo("POST");
        }
    }

    @Test
    void aFormThatThereIsNotIsRefused() throws Exception {
        try (Wired caller = caller()) {
            problem(
                    caller.post("/v1/embed", "image/jpeg", photo, "accept: image/png")
                            .reply(),
                    406,
                    "image/png");
            problem(
                    caller.post("/v1/embed", "image/jpeg", photo, "accept: application/json;q=0")
                            .reply(),
                    406,
                    "");
        }
    }

    @Test
    void aHeadThatIsTooLongIsRefused() throws Exception {
        try (Wired caller = caller()) {
            caller.send("GET /health/live HTTP/1.1\r\nx: " + "y".repeat(20_000) + "\r\n\r\n");
            problem(caller.reply(), 431, "");
        }
    }

    @Test
    void garbageIsRefused() throws Exception {
        try (Wired caller = caller()) {
            problem(caller.send("\u0016\u0003\u0001 what is this\r\n\r\n").reply(), 400, "");
            assertThat(caller.isClosed()).isTrue();
        }
    }

    private void refused(String type, byte[] body, int status, String detail) throws IOException {
        refused("/v1/embed", type, body, status, detail);
    }

    private void refused(String path, String type, byte[] body, int status, String detail) throws IOException {
        try (Wired caller = caller()) {
            problem(caller.post(path, type, body).reply(), status, detail);
        }
    }

    private void json(String body, int status, String detail) throws IOException {
        refused("application/json", body.getBytes(StandardCharsets.UTF_8), status, detail);
    }

    private void packed(String coding, byte[] body, int status, String detail) throws IOException {
        try (Wired caller = caller()) {
            Reply reply = caller.post("/v1/embed", "image/jpeg", body, "content-encoding: " + coding)
                    .reply();
            problem(reply, status, detail);
        }
    }

    private static void problem(Reply reply, int status, String detail) throws IOException {
        assertThat(reply.status()).as(reply.text()).isEqualTo(status);
        assertThat(reply.header("content-type")).startsWith("application/problem+json");
        JsonNode body = JSON.readTree(reply.text());
        assertThat(body.path("status").asInt()).isEqualTo(status);
        assertThat(body.path("error").asText()).contains(detail).isNotEmpty().doesNotContain("\tat ");
        assertThat(body.path("detail")).isEqualTo(body.path("error"));
    }

    private Wired caller() throws IOException {
        return new Wired(server.getURI());
    }

    private static byte[] chunk(byte[] bytes) {
        ByteArrayOutputStream chunk = new ByteArrayOutputStream();
        chunk.writeBytes((Integer.toHexString(bytes.length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
        chunk.writeBytes(bytes);
        chunk.writeBytes(new byte[] {'\r', '\n'});
        return chunk.toByteArray();
    }

    private static byte[] gzipped(long zeros) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream packing = new GZIPOutputStream(bytes)) {
            write(packing, zeros);
        }
        return bytes.toByteArray();
    }

    private static byte[] deflated(long zeros) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DeflaterOutputStream packing = new DeflaterOutputStream(bytes)) {
            write(packing, zeros);
        }
        return bytes.toByteArray();
    }

    private static void write(java.io.OutputStream packing, long zeros) throws IOException {
        byte[] some = new byte[1 << 20];
        for (long left = zeros; left > 0; left -= some.length) {
            packing.write(some);
        }
    }

    /// A PNG file with this header and this data.
    private static byte[] png(int width, int height, byte[] data) {
        ByteBuffer png = ByteBuffer.allocate(8 + 25 + 12 + data.length + 12)
                .put(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'});
        part(
                png,
                "IHDR",
                ByteBuffer.allocate(13)
                        .putInt(width)
                        .putInt(height)
                        .put(new byte[] {8, 2, 0, 0, 0})
                        .array());
        part(png, "IDAT", data);
        part(png, "IEND", new byte[0]);
        return png.array();
    }

    private static void part(ByteBuffer png, String type, byte[] data) {
        CRC32 checksum = new CRC32();
        checksum.update(type.getBytes(StandardCharsets.US_ASCII));
        checksum.update(data);
        png.putInt(data.length)
                .put(type.getBytes(StandardCharsets.US_ASCII))
                .put(data)
                .putInt((int) checksum.getValue());
    }
}
