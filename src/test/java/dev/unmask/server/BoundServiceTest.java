package dev.unmask.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.micronaut.context.annotation.Property;
import io.micronaut.runtime.server.EmbeddedServer;
import io.micronaut.test.extensions.junit5.annotation.MicronautTest;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The service as it is on cards, over the memory of the host: a model bound to its memory for each of several lanes,
/// batches padded to buckets.
@MicronautTest
@Property(name = "unmask.models", value = "src/test/resources/bundles/visualize")
@Property(name = "unmask.device", value = "cpu")
@Property(name = "unmask.execution", value = "bound")
@Property(name = "unmask.lanes", value = "2")
@Property(name = "unmask.max-rows", value = "4")
@Property(name = "unmask.max-delay", value = "100ms")
@Timeout(120)
class BoundServiceTest {

    private static final Path PICTURE = Path.of("photos/chelsea.jpg");

    private final HttpClient client = HttpClient.newHttpClient();
    private final JsonMapper mapper = new JsonMapper();
    private final EmbeddedServer server;

    BoundServiceTest(EmbeddedServer server) {
        this.server = server;
    }

    @Test
    void answersAreThoseOfARunOfTheirOwnHoweverManyShareABatch() throws Exception {
        JsonNode alone = embedding().join();
        for (int callers = 2; callers <= 7; callers++) {
            List<CompletableFuture<JsonNode>> together = new ArrayList<>();
            for (int caller = 0; caller < callers; caller++) {
                together.add(embedding());
            }
            for (CompletableFuture<JsonNode> one : together) {
                assertThat(one.join()).isEqualTo(alone);
            }
        }
    }

    @Test
    void rowsThatOnlyFillABucketAreCounted() throws Exception {
        String picture =
                "\"data:image/jpeg;base64," + Base64.getEncoder().encodeToString(Files.readAllBytes(PICTURE)) + "\"";
        String three = "{\"input\": [" + String.join(", ", picture, picture, picture) + "]}";
        Exposition before = scrape();
        HttpResponse<String> answer = client.send(
                HttpRequest.newBuilder(server.getURI().resolve("/v1/embeddings"))
                        .header("content-type", "application/json")
                        .POST(BodyPublishers.ofString(three))
                        .build(),
                BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        Exposition after = scrape();
        assertThat(after.sum("unmask_batch_rows_sum") - before.sum("unmask_batch_rows_sum"))
                .isEqualTo(3);
        assertThat(after.sum("unmask_padded_rows_total") - before.sum("unmask_padded_rows_total"))
                .isEqualTo(1);
    }

    @Test
    void whereItRunsIsToldEverywhere() throws Exception {
        JsonNode placements = json(get("/v1/models/visualize")).path("placements");
        assertThat(placements).hasSize(1);
        JsonNode placement = placements.get(0);
        assertThat(placement.path("device").asText()).isEqualTo("cpu");
        assertThat(placement.path("precision").asText()).isEqualTo("fp32");
        assertThat(placement.path("execution").asText()).isEqualTo("bound");
        assertThat(placement.path("why").asText()).isEqualTo("asked for");
        JsonNode ready = json(get("/health/ready"));
        assertThat(ready.path("status").asText()).isEqualTo("UP");
        assertThat(ready.path("details").get(0).asText()).isEqualTo("visualize on cpu in fp32, bound (asked for)");
        assertThat(json(get("/health/live")).path("details")).isEmpty();
        Exposition metrics = scrape();
        assertThat(metrics.sum(
                        "unmask_device_info",
                        "model",
                        "visualize",
                        "device",
                        "cpu",
                        "precision",
                        "fp32",
                        "execution",
                        "bound",
                        "why",
                        "asked for"))
                .isEqualTo(1);
        assertThat(metrics.sum("unmask_lanes_live", "model", "visualize")).isEqualTo(2);
        assertThat(metrics.sum("unmask_captured_graphs", "model", "visualize", "device", "cpu"))
                .isZero();
        assertThat(metrics.sum("unmask_failed_captures", "model", "visualize", "device", "cpu"))
                .isZero();
        assertThat(metrics.types()).containsKey("unmask_captured_graphs");
        assertThat(metrics.sum("unmask_arena_bytes", "device", "cpu", "state", "reserved"))
                .isPositive();
    }

    @Test
    void everyStageOfABoundRunIsTimed() throws Exception {
        Exposition before = scrape();
        embedding().join();
        Exposition after = scrape();
        for (String phase : List.of("assemble", "upload", "download")) {
            assertThat(after.sum("unmask_phase_seconds_count", "phase", phase)
                            - before.sum("unmask_phase_seconds_count", "phase", phase))
                    .as(phase)
                    .isEqualTo(1);
        }
        assertThat(after.sum("unmask_graph_seconds_count", "graph", "encoder")
                        - before.sum("unmask_graph_seconds_count", "graph", "encoder"))
                .isEqualTo(1);
    }

    private CompletableFuture<JsonNode> embedding() throws IOException {
        HttpRequest request = HttpRequest.newBuilder(server.getURI().resolve("/v1/embed"))
                .header("content-type", "image/jpeg")
                .POST(BodyPublishers.ofFile(PICTURE))
                .build();
        return client.sendAsync(request, BodyHandlers.ofString()).thenApply(answer -> {
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            return json(answer).path("embedding");
        });
    }

    private Exposition scrape() throws IOException, InterruptedException {
        return Exposition.parse(get("/metrics").body());
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(server.getURI().resolve(path)).build(), BodyHandlers.ofString());
    }

    private JsonNode json(HttpResponse<String> answer) {
        try {
            return mapper.readTree(answer.body());
        } catch (IOException e) {
            throw new AssertionError(answer.body(), e);
        }
    }
}
