package dev.unmask.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unmask.task.Catalog;
import dev.unmask.web.Wired.Reply;
import io.micronaut.context.annotation.Property;
import io.micronaut.runtime.server.EmbeddedServer;
import io.micronaut.test.extensions.junit5.annotation.MicronautTest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What caller and server agree on: forms, packing, protocols, and what a caller has already.
@MicronautTest
@Property(name = "unmask.max-rows", value = "1") // loads faster
@Timeout(60)
class NegotiationTest {

    private static final String HELD = "/v1/embed?model=" + Held.NAME;

    private final EmbeddedServer server;
    private final Catalog catalog;
    private final Held held = new Held();
    private final byte[] photo;

    NegotiationTest(EmbeddedServer server, Catalog catalog) throws IOException {
        this.server = server;
        this.catalog = catalog;
        this.photo = Files.readAllBytes(Path.of("photos/chelsea.jpg"));
    }

    @BeforeEach
    void serve() {
        held.release(1000);
        catalog.put(held);
    }

    @AfterEach
    void stop() {
        catalog.remove(Held.NAME);
    }

    @Test
    void whoHoldsTheAnswerIsToldSoWithoutARun() throws Exception {
        String tag = post(HELD).header("etag");
        assertThat(tag).startsWith("W/\"").endsWith("\"");
        for (String held : new String[] {tag, tag.substring(2), "\"a\", " + tag + ",W/\"b\"", "*"}) {
            Reply reply = post(HELD + "&timeout_ms=9000", "if-none-match: " + held);
            assertThat(reply.status()).isEqualTo(304);
            assertThat(reply.text()).isEmpty();
            assertThat(reply.headers())
                    .containsEntry("etag", tag)
                    .containsEntry("cache-control", "private, no-cache")
                    .containsEntry("vary", "accept, accept-encoding");
        }
        assertThat(held.rows()).isEqualTo(1);
        assertThat(post(HELD, "if-none-match: \"a\"").status()).isEqualTo(200);
        assertThat(held.rows()).isEqualTo(2);
    }

    @Test
    void aTagIsOfEverythingTheAnswerDependsOn() throws Exception {
        String tag = post(HELD + "&pool=cls&exif=false").header("etag");
        assertThat(post("/v1/embed?exif=false&pool=cls&model=held").headers()).containsEntry("etag", tag);
        assertThat(post(HELD + "&pool=cls&exif=false&normalize=true").header("etag"))
                .isNotEqualTo(tag);
        assertThat(post(HELD + "&pool=cls&exif=true").header("etag")).isNotEqualTo(tag);
        assertThat(post(HELD + "&pool=cls&exif=false", "accept: application/octet-stream")
                        .header("etag"))
                .isNotEqualTo(tag);
        assertThat(post("/v1/embed?pool=cls&exif=false").header("etag")).isNotEqualTo(tag);
        try (Wired caller = caller()) {
            byte[] other = Files.readAllBytes(Path.of("photos/coffee.jpg"));
            assertThat(caller.post(HELD + "&pool=cls&exif=false", "image/jpeg", other)
                            .reply()
                            .header("etag"))
                    .isNotEqualTo(tag);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "*/*|application/json",
                "application/octet-stream|application/octet-stream",
                "application/octet-stream;q=0.1, application/json|application/json",
                "application/*;q=0.5, application/octet-stream|application/octet-stream",
                "application/json;q=0, */*|application/octet-stream",
                "text/html, */*;q=0.8|application/json",
                "image/png, */*;q=0.1|application/json"
            })
    void theFormIsTheOneThatTheCallerLikesBest(String accept, String type) throws Exception {
        assertThat(post(HELD, "accept: " + accept).header("content-type")).startsWith(type);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "deflate;q=0.5, GZIP;q=0.1", "*", "br, x, gzip"})
    void anAnswerIsPackedForWhoReadsIt(String accepted) throws Exception {
        Reply plain = post("/v1/embed");
        assertThat(plain.headers()).doesNotContainKey("content-encoding");
        Reply packed = post("/v1/embed", "accept-encoding: " + accepted);
        assertThat(packed.headers()).containsEntry("content-encoding", "gzip");
        assertThat(packed.bytes().length).isLessThan(plain.bytes().length);
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(packed.bytes()))) {
            assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo(plain.text());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip;q=0", "*;q=0.0", "identity", "gzip;q=0.000, identity"})
    void anAnswerIsNotPackedForWhoDoesNot(String accepted) throws Exception {
        assertThat(post("/v1/embed", "accept-encoding: " + accepted).headers()).doesNotContainKey("content-encoding");
    }

    @Test
    void numbersAndPicturesAreNotPacked() throws Exception {
        Reply raw = post("/v1/embed?pool=patches", "accept-encoding: gzip", "accept: application/octet-stream");
        assertThat(raw.headers()).doesNotContainKey("content-encoding");
        Reply png = post("/v1/reconstruct", "accept-encoding: gzip", "accept: image/png");
        assertThat(png.headers()).doesNotContainKey("content-encoding").containsEntry("content-type", "image/png");
    }

    @Test
    void packedBodiesAreRead() throws Exception {
        ByteArrayOutputStream gzip = new ByteArrayOutputStream();
        try (OutputStream packing = new GZIPOutputStream(gzip)) {
            packing.write(photo);
        }
        ByteArrayOutputStream deflate = new ByteArrayOutputStream();
        try (OutputStream packing = new DeflaterOutputStream(deflate)) {
            packing.write(photo);
        }
        String plain = post("/v1/embed").text();
        try (Wired caller = caller()) {
            assertThat(caller.post("/v1/embed", "image/jpeg", gzip.toByteArray(), "content-encoding: gzip")
                            .reply()
                            .text())
                    .isEqualTo(plain);
            assertThat(caller.post("/v1/embed", "image/jpeg", deflate.toByteArray(), "content-encoding: deflate")
                            .reply()
                            .text())
                    .isEqualTo(plain);
        }
    }

    @Test
    void aConnectionServesManyRequestsEvenPipelinedAndRefused() throws Exception {
        try (Wired caller = caller()) {
            for (int i = 0; i < 3; i++) {
                caller.post(HELD, "image/jpeg", photo);
                caller.post(HELD, "text/plain", photo);
            }
            for (int i = 0; i < 3; i++) {
                assertThat(caller.reply().status()).isEqualTo(200);
                assertThat(caller.reply().status()).isEqualTo(415);
            }
        }
    }

    @Test
    void theTimeOfEveryPhaseIsTold() throws Exception {
        assertThat(post("/v1/embed").header("server-timing"))
                .matches("receive;dur=.*, decode;dur=.*, queue;dur=.*, infer;dur=.*, encode;dur=.*");
    }

    @Test
    void http2IsSpokenAfterAnUpgrade() throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            URI uri = server.getURI().resolve(HELD);
            HttpRequest post = HttpRequest.newBuilder(uri)
                    .header("content-type", "image/jpeg")
                    .POST(BodyPublishers.ofByteArray(photo))
                    .build();
            HttpResponse<String> first = client.send(post, BodyHandlers.ofString());
            assertThat(first.statusCode()).isEqualTo(200);
            assertThat(first.version()).as("with a body there is no upgrade").isEqualTo(HttpClient.Version.HTTP_1_1);
            HttpRequest get =
                    HttpRequest.newBuilder(uri.resolve("/health/live")).build();
            while (client.send(get, BodyHandlers.ofString()).version() != HttpClient.Version.HTTP_2) {
                assertThat(Thread.interrupted()).isFalse();
            }
            HttpResponse<String> last = client.send(post, BodyHandlers.ofString());
            assertThat(last.statusCode()).isEqualTo(200);
            assertThat(last.version()).isEqualTo(HttpClient.Version.HTTP_2);
            assertThat(last.body()).isEqualTo(first.body());
        }
    }

    @Test
    void http2IsSpokenFromTheFirstByte() throws Exception {
        try (Socket socket = new Socket(server.getHost(), server.getPort())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write(new byte[] {0, 0, 0, 4, 0, 0, 0, 0, 0}); // SETTINGS, empty
            ByteBuffer frame = ByteBuffer.wrap(socket.getInputStream().readNBytes(9));
            assertThat(frame.get(3)).as("type of the first frame: SETTINGS").isEqualTo((byte) 4);
        }
    }

    private Reply post(String path, String... headers) throws IOException {
        try (Wired caller = caller()) {
            return caller.post(path, "image/jpeg", photo, headers).reply();
        }
    }

    private Wired caller() throws IOException {
        return new Wired(server.getURI());
    }
}
