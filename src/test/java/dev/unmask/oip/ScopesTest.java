package dev.unmask.oip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.unmask.Fault;
import dev.unmask.oip.Transport.Refused;
import dev.unmask.server.GrpcServer;
import dev.unmask.task.Keys;
import io.micronaut.context.ApplicationContext;
import io.micronaut.runtime.server.EmbeddedServer;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Keys of the service hold for the protocol: a key for a bundle opens all of its models.
@Timeout(60)
class ScopesTest {

    private static final String OPERATOR = Keys.random();
    private static final String TENANT = Keys.random();

    private static EmbeddedServer server;
    private static List<Transport> transports;
    private static HttpClient client;

    @BeforeAll
    static void start() {
        server = ApplicationContext.run(
                EmbeddedServer.class,
                Map.of(
                        "unmask.models",
                        List.of(Bundles.FOLDER + "visualize", Bundles.FOLDER + "encoder"),
                        "unmask.model-folder",
                        Bundles.FOLDER,
                        "unmask.model-control",
                        true,
                        "unmask.max-rows",
                        1,
                        "unmask.keys",
                        List.of(key("operator", OPERATOR, "*", true), key("tenant", TENANT, "encoder", false))));
        int grpc = server.getApplicationContext().getBean(GrpcServer.class).port();
        transports = List.of(new HttpTransport(server.getURI(), true), new GrpcTransport(grpc, true));
        client = HttpClient.newHttpClient();
    }

    private static Map<String, Object> key(String name, String key, String model, boolean admin) {
        return Map.of("name", name, "sha256", Keys.sha256(key), "models", List.of(model), "admin", admin);
    }

    @AfterAll
    static void stop() {
        transports.forEach(Transport::close);
        client.close();
        server.close();
    }

    static Stream<Transport> transports() {
        return transports.stream();
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("transports")
    void withoutAKeyNothingIsAnswered(Transport transport) {
        refused(transport, "encoder", Map.of(), Fault.UNAUTHENTICATED, "a key is needed");
        refused(transport, "nosuch", Map.of(), Fault.UNAUTHENTICATED, "a key is needed");
        refused(
                transport,
                "encoder",
                Map.of("authorization", "Bearer wrong"),
                Fault.UNAUTHENTICATED,
                "the key is not known");
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("transports")
    void aKeyOpensEveryModelOfItsBundleAndNoOther(Transport transport) {
        for (String model : List.of("encoder", "encoder_image", "encoder_encoder")) {
            for (Map<String, String> headers :
                    List.of(Map.of("authorization", "Bearer " + TENANT), Map.of("x-api-key", TENANT))) {
                assertThat(transport.infer(request(model), headers).model()).isEqualTo(model);
            }
        }
        for (String model : List.of("visualize", "visualize_image", "visualize_decoder", "nosuch", "nosuch_image")) {
            refused(
                    transport,
                    model,
                    Map.of("x-api-key", TENANT),
                    Fault.FORBIDDEN,
                    "the key 'tenant' does not open model '" + model + "'");
        }
        refused(
                transport,
                "encoder_decoder",
                Map.of("x-api-key", TENANT),
                Fault.NOT_FOUND,
                "there is no model 'encoder_decoder'; there are encoder, encoder_image, encoder_encoder");
        assertThat(transport
                        .infer(request("visualize_image"), Map.of("authorization", "bearer  " + OPERATOR))
                        .model())
                .isEqualTo("visualize_image");
    }

    @ParameterizedTest
    @CsvSource({
        "GET,/v2",
        "GET,/v2/health/ready",
        "GET,/v2/models/encoder",
        "GET,/v2/models/encoder/ready",
        "GET,/v2/models/encoder/config",
        "GET,/v2/models/stats",
        "GET,/v2/nosuch",
        "POST,/v2/repository/index",
        "POST,/v2/repository/models/encoder/load",
        "POST,/v2/models/encoder/infer",
        "POST,/v2/logging",
    })
    void everyRouteButLivenessAsksForAKey(String method, String path) throws Exception {
        HttpResponse<String> answer = ask(method, path, "");
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.headers().firstValue("www-authenticate")).contains("Bearer");
        assertThat(answer.body()).matches("\\{\"error\":\"a key is needed; [^\"]*\"}");
        assertThat(ask("GET", "/v2/health/live", "").statusCode()).isEqualTo(200);
    }

    @Test
    void aKeySeesItsModelsOnly() throws Exception {
        assertThat(ask("POST", "/v2/repository/index", TENANT).body())
                .contains("\"encoder\"", "\"encoder_image\"")
                .doesNotContain("visualize", "full");
        assertThat(ask("GET", "/v2/models/stats", TENANT).body())
                .contains("encoder")
                .doesNotContain("visualize");
        assertThat(ask("GET", "/v2/models/visualize/config", TENANT).statusCode())
                .isEqualTo(403);
        assertThat(ask("GET", "/v2/models/encoder_image/config", TENANT).statusCode())
                .isEqualTo(200);
    }

    @Test
    void onlyAnAdminLoadsAndUnloads() throws Exception {
        for (String change : List.of("load", "unload")) {
            HttpResponse<String> refused = ask("POST", "/v2/repository/models/encoder/" + change, TENANT);
            assertThat(refused.statusCode()).isEqualTo(403);
            assertThat(refused.body()).contains("the key 'tenant' does not load or unload models");
        }
        assertThat(ask("POST", "/v2/repository/models/encoder/load", OPERATOR).statusCode())
                .isEqualTo(200);
    }

    private static void refused(
            Transport transport, String model, Map<String, String> headers, Fault fault, String message) {
        Refused refused = catchThrowableOfType(Refused.class, () -> transport.infer(request(model), headers));
        assertThat(refused).as("%s, %s", transport, model).isNotNull().hasMessageStartingWith(message);
        assertThat(refused.status()).isEqualTo(transport.status(fault));
        assertThat(refused.getMessage()).doesNotContain(TENANT, OPERATOR);
    }

    private static InferRequest request(String model) {
        Face face = model.endsWith("_image") ? Face.IMAGES : Face.TENSORS;
        return Requests.request(model, Map.of(), Requests.inputs(face, Bundles.card("encoder"), 1), "cls");
    }

    private static HttpResponse<String> ask(String method, String path, String key) throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(server.getURI().resolve(path)).method(method, BodyPublishers.noBody());
        if (!key.isEmpty()) {
            request.header("x-api-key", key);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }
}
