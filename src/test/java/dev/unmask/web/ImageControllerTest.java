package dev.unmask.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.micronaut.runtime.server.EmbeddedServer;
import io.micronaut.test.extensions.junit5.annotation.MicronautTest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The real server on a real socket. After every refusal the next good request succeeds.
@MicronautTest
@Timeout(120)
class ImageControllerTest {

    private static final Path CHELSEA = Path.of("photos/chelsea.jpg");
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final HttpClient client = HttpClient.newHttpClient();
    private final EmbeddedServer server;

    ImageControllerTest(EmbeddedServer server) {
        this.server = server;
    }

    @AfterEach
    void theNextGoodRequestSucceeds() throws Exception {
        assertThat(picture("/v1/embed").statusCode()).isEqualTo(200);
    }

    @Test
    void embedsAPicture() throws Exception {
        HttpResponse<String> answer = picture("/v1/embed?pool=mean&normalize=true");
        JsonNode body = JSON.readTree(answer.body());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(body.path("model").asText()).isEqualTo("mae-tiny");
        assertThat(body.path("embedding")).hasSize(192);
        double squares = 0;
        for (JsonNode value : body.path("embedding")) {
            squares += value.asDouble() * value.asDouble();
        }
        assertThat(squares).isCloseTo(1, org.assertj.core.api.Assertions.within(1e-5));
        assertThat(answer.headers().firstValue("server-timing").orElseThrow()).contains("decode;dur=", "infer;dur=");
        assertThat(answer.headers().firstValue("x-request-id")).isPresent();
    }

    @Test
    void embedsSeveralPicturesOfOneRequest() throws Exception {
        String image = Base64.getEncoder().encodeToString(Files.readAllBytes(CHELSEA));
        HttpResponse<String> answer = json(
                "/v1/embed",
                "{\"images\": [\"" + image + "\", \"data:image/jpeg;base64," + image + "\"], \"dtype\": \"int8\"}");
        JsonNode results = JSON.readTree(answer.body()).path("results");
        assertThat(results).hasSize(2);
        assertThat(results.path(0).path("embedding")).isEqualTo(results.path(1).path("embedding"));
        assertThat(results.path(0).path("scales")).hasSize(1);
    }

    @Test
    void answersRawFloatsWhenAsked() throws Exception {
        HttpRequest request = request("/v1/embed", Files.readAllBytes(CHELSEA), "image/jpeg")
                .header("accept", "application/octet-stream")
                .build();
        assertThat(client.send(request, BodyHandlers.ofByteArray()).body()).hasSize(192 * 4);
    }

    @Test
    void drawsAReconstruction() throws Exception {
        HttpRequest request = request("/v1/reconstruct?seed=2", Files.readAllBytes(CHELSEA), "image/jpeg")
                .header("accept", "image/png")
                .build();
        HttpResponse<byte[]> answer = client.send(request, BodyHandlers.ofByteArray());
        assertThat(answer.headers().firstValue("content-type")).contains("image/png");
        assertThat(answer.body()).startsWith(0x89, 'P', 'N', 'G');
    }

    @Test
    void aReconstructionsMaskReproducesIt() throws Exception {
        JsonNode first =
                JSON.readTree(picture("/v1/reconstruct?ratio=0.5&seed=3").body());
        JsonNode again = JSON.readTree(
                picture("/v1/reconstruct?mask=" + first.path("mask").asText()).body());
        assertThat(first.path("seed").asInt()).isEqualTo(3);
        assertThat(first.path("errors")).hasSize(196);
        assertThat(again.path("loss").asDouble())
                .isCloseTo(first.path("loss").asDouble(), org.assertj.core.api.Assertions.within(1e-5));
    }

    @Test
    void findsAnomalies() throws Exception {
        JsonNode body = JSON.readTree(picture("/v1/anomaly?masks=4").body());
        assertThat(body.path("map")).hasSize(196);
        assertThat(body.path("max").asDouble())
                .isGreaterThanOrEqualTo(body.path("score").asDouble());
    }

    @Test
    void tellsWhatIsServed() throws Exception {
        assertThat(JSON.readTree(get("/v1/models").body()).path("data")).hasSize(1);
        assertThat(JSON.readTree(get("/v1/models/mae-tiny").body())
                        .path("patches")
                        .asInt())
                .isEqualTo(196);
        assertThat(get("/health/live").statusCode()).isEqualTo(200);
        picture("/v1/embed");
        assertThat(get("/metrics").body()).contains("unmask_batch_rows", "unmask_queue_rows");
    }

    @Test
    void keepsTheCallersRequestId() throws Exception {
        HttpRequest request = request("/v1/embed", Files.readAllBytes(CHELSEA), "image/jpeg")
                .header("x-request-id", "abc-1")
                .build();
        assertThat(client.send(request, BodyHandlers.ofString()).headers().firstValue("x-request-id"))
                .contains("abc-1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/v1/reconstruct?ratio=1|400|mask ratio 1.0 is not in [0, 1)",
                "/v1/reconstruct?ratio=x|400|option ratio is 'x', not a number",
                "/v1/reconstruct?mask=01|400|mask has 2 values; the model has 196 patches",
                "/v1/reconstruct?ratio=0.5&mask=01|400|take one of ratio and seed, mask, or boxes",
                "/v1/embed?pool=max|400|option pool is 'max', not one of cls, mean, patches",
                "/v1/embed?poll=cls|400|there is no option 'poll'",
                "/v1/embed?model=nosuch|404|there is no model 'nosuch'; served are mae-tiny",
                "/v1/embed?preset=squint|400|option preset is 'squint', not one of demo, eval, hf, none",
                "/v1/embed?exif=perhaps|400|option exif is 'perhaps', not true or false",
                "/v1/classify|422|mae-tiny is no classifier",
                "/v1/anomaly?masks=1|400|option masks is 1, not in 2..256",
                "/v1/nosuch|404|there is no route POST /v1/nosuch"
            })
    void refusalsAreProblemsWithTheValueAndTheLimit(String path, int status, String detail) throws Exception {
        HttpResponse<String> answer = picture(path);
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.headers().firstValue("content-type").orElseThrow()).startsWith("application/problem+json");
        JsonNode body = JSON.readTree(answer.body());
        assertThat(body.path("status").asInt()).isEqualTo(status);
        assertThat(body.path("detail").asText()).contains(detail).doesNotContain("\tat ");
        assertThat(body.path("error")).isEqualTo(body.path("detail"));
    }

    @Test
    void aPictureInJsonThatIsNoneIsRefusedAsSuch() throws Exception {
        HttpResponse<String> answer = json("/v1/embed", "{\"image\": \"aGVsbG8=\"}");
        assertThat(answer.statusCode()).isEqualTo(415);
        assertThat(answer.body()).contains("not a picture");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{|the body is not JSON",
                "[]|the body is not a JSON object",
                "{}|the body has no \"image\" or \"images\"",
                "{\"image\": \"a\"}|the image is not base64",
                "{\"image\": \"data:image/png,x\"}|a data URI must hold base64",
                "{\"image\": \"https://example.org/a.jpg\"}|images are not fetched from addresses",
                "{\"images\": []}|0 images in one request; it takes 1 to 64"
            })
    void badJsonIsRefused(String body, String detail) throws Exception {
        HttpResponse<String> answer = json("/v1/embed", body);
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(JSON.readTree(answer.body()).path("detail").asText()).contains(detail);
    }

    @Test
    void deepJsonIsRefused() throws Exception {
        assertThat(json("/v1/embed", "{\"image\": " + "[".repeat(1000) + "]".repeat(1000) + "}")
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void badPicturesAreRefused() throws Exception {
        byte[] photo = Files.readAllBytes(CHELSEA);
        assertThat(send(request("/v1/embed", new byte[] {1, 2, 3}, "image/jpeg"))
                        .statusCode())
                .isEqualTo(415);
        assertThat(send(request("/v1/embed", new byte[0], "image/jpeg")).statusCode())
                .isEqualTo(400);
        assertThat(send(request("/v1/embed", hugeHeader(), "image/png")).statusCode())
                .isEqualTo(413);
        HttpResponse<String> truncated =
                send(request("/v1/embed", java.util.Arrays.copyOf(photo, photo.length / 2), "image/jpeg"));
        assertThat(truncated.statusCode()).isEqualTo(400);
        assertThat(truncated.body()).contains("JPEG is truncated");
        assertThat(send(request("/v1/embed", photo, "text/plain")).statusCode()).isEqualTo(415);
    }

    /// A PNG that announces 50 000 x 50 000 pixels and holds none.
    private static byte[] hugeHeader() {
        ByteBuffer png = ByteBuffer.allocate(33)
                .put(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'})
                .putInt(13)
                .put(new byte[] {'I', 'H', 'D', 'R'})
                .putInt(50_000)
                .putInt(50_000)
                .put(new byte[] {8, 2, 0, 0, 0});
        CRC32 checksum = new CRC32();
        checksum.update(png.array(), 12, 17);
        return png.putInt((int) checksum.getValue()).array();
    }

    private HttpResponse<String> picture(String path) throws IOException, InterruptedException {
        return send(request(path, Files.readAllBytes(CHELSEA), "image/jpeg"));
    }

    private HttpResponse<String> json(String path, String body) throws IOException, InterruptedException {
        return send(request(path, body.getBytes(java.nio.charset.StandardCharsets.UTF_8), "application/json"));
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(server.getURI().resolve(path)).build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(String path, byte[] body, String type) {
        URI uri = server.getURI().resolve(path);
        return HttpRequest.newBuilder(uri)
                .timeout(Duration.ofSeconds(30))
                .header("content-type", type)
                .POST(BodyPublishers.ofByteArray(body));
    }
}
