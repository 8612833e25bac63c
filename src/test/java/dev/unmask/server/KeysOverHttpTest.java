package dev.unmask.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.unmask.task.Keys;
import io.micronaut.context.ApplicationContext;
import io.micronaut.runtime.server.EmbeddedServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Keys on real sockets: every refusal has its status and says what to do, never the key, and the next good request
/// succeeds.
@Timeout(120)
class KeysOverHttpTest {

    private static final String BUNDLES = "src/test/resources/bundles/";
    private static final String OPERATOR = Keys.random();
    private static final String TENANT = Keys.random();

    private static EmbeddedServer server;
    private static HttpClient client;

    @BeforeAll
    static void start() {
        client = HttpClient.newHttpClient();
        server = ApplicationContext.run(
                EmbeddedServer.class,
                Map.of(
                        "unmask.models",
                        List.of(BUNDLES + "visualize", BUNDLES + "encoder"),
                        "unmask.model-folder",
                        BUNDLES,
                        "unmask.model-control",
                        true,
                        "unmask.keys",
                        List.of(key("operator", OPERATOR, "*", true), key("tenant", TENANT, "encoder", false))));
    }

    private static Map<String, Object> key(String name, String key, String model, boolean admin) {
        return Map.of("name", name, "sha256", Keys.sha256(key), "models", List.of(model), "admin", admin);
    }

    @AfterAll
    static void stop() {
        client.close();
        server.close();
    }

    @AfterEach
    void theNextGoodRequestSucceeds() throws Exception {
        assertThat(embed("/v1/embed", "x-api-key", OPERATOR).statusCode()).isEqualTo(200);
        assertThat(embed("/v1/embed", "authorization", "Bearer " + TENANT).statusCode())
                .isEqualTo(200);
    }

    static Stream<List<String>> wrongHeaders() {
        return Stream.of(
                List.of("a key is needed"),
                List.of("the key is not known", "authorization", "Bearer wrong"),
                List.of("the key is not known", "x-api-key", TENANT + "A"),
                List.of("the key is not known", "x-api-key", Keys.sha256(TENANT)),
                List.of("the key is not known", "x-api-key", "k".repeat(7000)),
                List.of("the authorization is not of the scheme Bearer", "authorization", "Basic " + TENANT),
                List.of("the authorization is not of the scheme Bearer", "authorization", TENANT),
                List.of(
                        "2 keys came, not 1",
                        "authorization",
                        "Bearer " + TENANT,
                        "authorization",
                        "Bearer " + OPERATOR),
                List.of("2 keys came, not 1", "authorization", "Bearer " + TENANT, "x-api-key", TENANT));
    }

    @ParameterizedTest
    @MethodSource("wrongHeaders")
    void whoShowsNoKeyOfOursIsRefused(List<String> detailAndHeaders) throws Exception {
        String[] headers = detailAndHeaders.stream().skip(1).toArray(String[]::new);
        HttpResponse<String> answer = embed("/v1/embed", headers);
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.headers().firstValue("www-authenticate")).contains("Bearer");
        assertThat(answer.headers().firstValue("content-type")).contains("application/problem+json");
        assertThat(json(answer).path("detail").asText()).startsWith(detailAndHeaders.getFirst());
        assertThat(answer.body()).doesNotContain(TENANT, OPERATOR, "kkkk", "wrong");
    }

    @ParameterizedTest
    @CsvSource({
        "GET,/health/ready",
        "GET,/metrics",
        "GET,/v1/models",
        "GET,/v1/models/encoder",
        "PUT,/v1/models",
        "GET,/nosuch",
        "GET,/page",
        "GET,/openapi.yaml",
        "GET,/docs/index.html",
        "POST,/v1/embeddings",
        "GET,/health/live/x",
        "POST,/v1/models/encoder/load"
    })
    void everyRouteButLivenessAndThePageNeedsAKey(String method, String path) throws Exception {
        HttpResponse<String> answer = client.send(
                request(path).method(method, BodyPublishers.noBody()).build(), BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(client.send(request("/health/live").build(), BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/page/main.js", "/page/photos/coffee.jpg"})
    void thePageIsForEverybodyAsItAsksItsReaderForTheKey(String path) throws Exception {
        assertThat(client.send(request(path).build(), BodyHandlers.discarding()).statusCode())
                .isEqualTo(200);
    }

    @Test
    void openAiClientsAreToldSoTheirWay() throws Exception {
        HttpResponse<String> answer = get("/v1/models/encoder", "wrong");
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(json(answer).path("error").path("message").asText()).isEqualTo("the key is not known");
        assertThat(json(answer).path("error").path("type").asText()).isEqualTo("authentication_error");
    }

    @Test
    void aRequestIsRefusedBeforeItsBodyIsRead() throws Exception {
        try (Socket socket = new Socket("localhost", server.getPort())) {
            String head = String.join(
                    "\r\n",
                    "POST /v1/embed HTTP/1.1",
                    "host: localhost",
                    "content-type: image/jpeg",
                    "content-length: 30000000",
                    "",
                    "");
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            assertThat(new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
                            .readLine())
                    .isEqualTo("HTTP/1.1 401 Unauthorized");
        }
    }

    @Test
    void aKeyOpensItsModelsOnly() throws Exception {
        for (String model : List.of("visualize", "nosuch")) {
            HttpResponse<String> answer = embed("/v1/embed?model=" + model, "x-api-key", TENANT);
            assertThat(answer.statusCode()).isEqualTo(403);
            assertThat(json(answer).path("detail").asText())
                    .isEqualTo("the key 'tenant' does not open model '" + model + "'");
        }
        assertThat(get("/v1/models/visualize", TENANT).statusCode()).isEqualTo(403);
        assertThat(get("/v1/models/visualize", OPERATOR).statusCode()).isEqualTo(200);
        assertThat(embed("/v1/embed?model=nosuch", "x-api-key", OPERATOR).statusCode())
                .isEqualTo(404);
    }

    @Test
    void aKeySeesItsModelsOnly() throws Exception {
        assertThat(json(get("/v1/models", TENANT)).path("data").findValuesAsText("name"))
                .containsExactly("encoder");
        assertThat(json(get("/v1/models", OPERATOR)).path("data").findValuesAsText("name"))
                .containsExactly("visualize", "encoder");
    }

    @Test
    void withoutANameTheFirstModelThatTheKeyOpensIsMeant() throws Exception {
        assertThat(json(embed("/v1/embed", "x-api-key", TENANT)).path("model").asText())
                .isEqualTo("encoder");
        assertThat(json(embed("/v1/embed", "x-api-key", OPERATOR)).path("model").asText())
                .isEqualTo("visualize");
    }

    @ParameterizedTest
    @CsvSource({"load", "unload"})
    void onlyAnAdminLoadsAndUnloads(String change) throws Exception {
        HttpResponse<String> answer = post("/v1/models/encoder/" + change, TENANT);
        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(json(answer).path("detail").asText()).isEqualTo("the key 'tenant' does not load or unload models");
        assertThat(post("/v1/models/encoder/load", OPERATOR).statusCode()).isEqualTo(200);
    }

    @Test
    void saysNothingToBrowsersNorOfItself() throws Exception {
        HttpResponse<String> answer = client.send(
                request("/v1/models")
                        .header("x-api-key", TENANT)
                        .header("origin", "http://localhost:3000")
                        .build(),
                BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().map().keySet())
                .doesNotContain("server", "x-powered-by")
                .noneMatch(name -> name.startsWith("access-control"));
        assertThat(answer.headers().firstValue("x-content-type-options")).contains("nosniff");
    }

    private static HttpResponse<String> embed(String path, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = request(path)
                .header("content-type", "image/jpeg")
                .POST(BodyPublishers.ofFile(Path.of("photos/chelsea.jpg")));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private static HttpResponse<String> get(String path, String key) throws IOException, InterruptedException {
        return client.send(request(path).header("x-api-key", key).build(), BodyHandlers.ofString());
    }

    private static HttpResponse<String> post(String path, String key) throws IOException, InterruptedException {
        return client.send(
                request(path)
                        .header("x-api-key", key)
                        .POST(BodyPublishers.noBody())
                        .build(),
                BodyHandlers.ofString());
    }

    private static HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(server.getURI().resolve(path));
    }

    private static JsonNode json(HttpResponse<String> answer) throws IOException {
        return JsonMapper.builder().build().readTree(answer.body());
    }
}
