package dev.unmask.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.unmask.Fault;
import dev.unmask.door.Option;
import dev.unmask.door.Problems;
import io.micronaut.http.MediaType;
import io.micronaut.runtime.server.EmbeddedServer;
import io.micronaut.test.extensions.junit5.annotation.MicronautTest;
import io.micronaut.web.router.Router;
import io.micronaut.web.router.UriRouteInfo;
import java.math.BigDecimal;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

/// What the OpenAPI document says is what the server does.
@MicronautTest
@Timeout(120)
class ApiTest {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final HttpClient client = HttpClient.newHttpClient();
    private final EmbeddedServer server;
    private final Router router;

    ApiTest(EmbeddedServer server, Router router) {
        this.server = server;
        this.router = router;
    }

    static Stream<Operation> all() {
        return Api.OPERATIONS.stream();
    }

    static Stream<Operation> pictures() {
        return Api.OPERATIONS.stream().filter(Operation::takesBytes);
    }

    static Stream<Operation> work() {
        return Api.OPERATIONS.stream().filter(Operation::isWork);
    }

    @Test
    void everyRouteIsTold() {
        assertThat(Api.OPERATIONS.stream().map(operation -> operation.method() + " " + operation.path()))
                .containsExactlyInAnyOrderElementsOf(served().keySet());
    }

    @ParameterizedTest
    @MethodSource("all")
    void theToldTypesAreThoseThatARouteTakesAndGives(Operation operation) {
        UriRouteInfo<?, ?> route = Objects.requireNonNull(served().get(operation.method() + " " + operation.path()));
        assertThat(names(route.getProduces()))
                .containsExactlyInAnyOrderElementsOf(operation.answers().keySet());
        if (operation.isWork()) {
            assertThat(names(route.getConsumes())).containsExactlyInAnyOrderElementsOf(operation.types());
        }
    }

    @ParameterizedTest
    @MethodSource("pictures")
    void anOptionThatIsNotToldIsRefusedWithAllThatAre(Operation operation) throws Exception {
        HttpResponse<String> answer = post(operation, "nosuch", "1");
        String told = options(operation).stream().map(Option::name).sorted().collect(Collectors.joining(", "));
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(JSON.readTree(answer.body()).path("detail").asText())
                .isEqualTo("there is no option 'nosuch'; there are " + told);
    }

    @ParameterizedTest
    @MethodSource("pictures")
    void whatAnOptionIsByDefaultIsToldTruly(Operation operation) throws Exception {
        String silent = post(operation, "exif", "false").body();
        for (Option<?> option : options(operation)) {
            Object fallback = option.schema().keywords().get("default");
            if (fallback != null) {
                String text = fallback instanceof List<?> list
                        ? list.stream().map(Object::toString).collect(Collectors.joining(","))
                        : fallback.toString();
                assertThat(post(operation, option.name(), text).body())
                        .as("%s=%s", option.name(), text)
                        .isEqualTo(silent);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("pictures")
    void whatLiesOutsideAToldRangeIsRefused(Operation operation) throws Exception {
        for (Option<?> option : options(operation)) {
            for (String outside : outside(option.schema().keywords())) {
                HttpResponse<String> answer = post(operation, option.name(), outside);
                assertThat(answer.statusCode())
                        .as("%s=%s: %s", option.name(), outside, answer.body())
                        .isEqualTo(400);
                assertThat(answer.body()).contains(option.name());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("work")
    void everyFaultHasAToldStatus(Operation operation) {
        Map<String, Object> told = ApiDocument.responses(operation);
        assertThat(Arrays.stream(Fault.values())
                        .map(Problems::status)
                        .map(status -> Integer.toString(status.getCode())))
                .allSatisfy(status ->
                        assertThat(told.containsKey(status)).as(status).isTrue());
    }

    @Test
    void theDocumentIsTheSameInYamlAndJson() throws Exception {
        Map<String, Object> json =
                JSON.readerForMapOf(Object.class).readValue(get("/openapi.json").body());
        assertThat(JSON.valueToTree(new Yaml().<Object>load(get("/openapi.yaml").body()))
                        .toString())
                .isEqualTo(JSON.valueToTree(json).toString());
        assertThat(json.get("openapi")).isEqualTo("3.1.0");
    }

    /// Its script and style sheet are its own, and it asks for nothing but the document.
    @ParameterizedTest
    @ValueSource(strings = {"/docs", "/docs/docs.css", "/docs/docs.js"})
    void thePageNeedsNoNetwork(String path) throws Exception {
        HttpResponse<String> answer = get(path);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).doesNotContain("http:", "https:", "@import", "url(");
    }

    /// The routes but those of the Open Inference Protocol, which the protocol describes itself: the document only
    /// mentions them; and those of pages, which are for people.
    private Map<String, UriRouteInfo<?, ?>> served() {
        Map<String, UriRouteInfo<?, ?>> served = new TreeMap<>();
        router.uriRoutes()
                .filter(route -> !List.of("HEAD", "OPTIONS").contains(route.getHttpMethodName()))
                .filter(route -> !route.getUriMatchTemplate().toPathString().matches("/v2(/.*)?|/|/(page|docs)(/.*)?"))
                .forEach(route -> served.put(
                        route.getHttpMethodName().toLowerCase(Locale.ROOT) + " "
                                + route.getUriMatchTemplate().toPathString(),
                        route));
        return served;
    }

    private static List<String> names(List<MediaType> types) {
        return types.stream().map(MediaType::getName).toList();
    }

    private static List<Option<?>> options(Operation operation) {
        Menu menu = operation.menu();
        return menu == null ? List.of() : menu.options();
    }

    private static List<String> outside(Map<String, Object> schema) {
        return Stream.of(
                        beyond(schema, "minimum", -1),
                        beyond(schema, "exclusiveMinimum", 0),
                        beyond(schema, "maximum", 1),
                        beyond(schema, "exclusiveMaximum", 0),
                        schema.containsKey("enum") ? Stream.of("nosuch") : Stream.<String>empty())
                .flatMap(values -> values)
                .toList();
    }

    private static Stream<String> beyond(Map<String, Object> schema, String bound, int step) {
        return schema.get(bound) instanceof Number number
                ? Stream.of(new BigDecimal(number.toString())
                        .add(BigDecimal.valueOf(step))
                        .toPlainString())
                : Stream.empty();
    }

    private HttpResponse<String> post(Operation operation, String option, String value) throws Exception {
        String query = "?" + option + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8);
        HttpRequest request = HttpRequest.newBuilder(uri(operation.path() + query))
                .header("content-type", "image/jpeg")
                .POST(BodyPublishers.ofByteArray(Files.readAllBytes(Path.of("photos/chelsea.jpg"))))
                .build();
        return client.send(request, BodyHandlers.ofString());
    }

    private HttpResponse<String> get(String path) throws Exception {
        return client.send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofString());
    }

    private URI uri(String path) {
        return server.getURI().resolve(path);
    }
}
