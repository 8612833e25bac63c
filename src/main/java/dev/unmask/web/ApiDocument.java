package dev.unmask.web;

import dev.unmask.door.Schema;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MediaType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// The routes as an OpenAPI 3.1 document: maps, lists and plain values.
final class ApiDocument {

    private static final String PROBLEM = "application/problem+json";
    private static final Schema REFUSED = Schema.object("A refusal (RFC 9457).")
            .has("type", Schema.text("about:blank"))
            .has("title", Schema.text("the reason of the status"))
            .has("status", Schema.integer("the status"))
            .has("detail", Schema.text("what is wrong, with the value and the limit"));

    private ApiDocument() {}

    static Map<String, Object> tree() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("openapi", "3.1.0");
        tree.put("info", info());
        tree.put("security", List.of(Map.of(), Map.of("bearer", List.of()), Map.of("key", List.of())));
        tree.put("tags", tags());
        Map<String, Map<String, Object>> paths = new LinkedHashMap<>();
        for (Operation operation : Api.OPERATIONS) {
            paths.computeIfAbsent(operation.path(), _ -> new LinkedHashMap<>())
                    .put(operation.method(), operation(operation));
        }
        tree.put("paths", paths);
        tree.put("components", components());
        return tree;
    }

    private static Map<String, Object> info() {
        String version = Optional.ofNullable(ApiDocument.class.getPackage().getImplementationVersion())
                .orElse("development");
        return ordered(
                "title",
                "Unmask",
                "version",
                version,
                "summary",
                "Masked autoencoders in production: embed, reconstruct and score pictures.",
                "description",
                "Options go into the query beside the bytes of one picture, or into JSON beside `image` or `images`."
                        + " An option that a route does not know is refused. Under `/v2` the Open Inference Protocol is"
                        + " spoken, as its own specification describes it.",
                "license",
                ordered("name", "Apache-2.0", "identifier", "Apache-2.0"));
    }

    private static List<Object> tags() {
        return Api.OPERATIONS.stream()
                .map(Operation::group)
                .distinct()
                .<Object>map(group -> Map.of("name", group))
                .toList();
    }

    private static Map<String, Object> operation(Operation operation) {
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("tags", List.of(operation.group()));
        told.put("operationId", id(operation));
        told.put("summary", operation.summary());
        if (!operation.about().isEmpty()) {
            told.put("description", operation.about());
        }
        told.put("parameters", parameters(operation));
        Menu menu = operation.menu();
        if (menu != null) {
            told.put("requestBody", ordered("required", true, "content", bodies(menu, operation.types())));
        }
        told.put("responses", responses(operation));
        told.put("x-codeSamples", List.of(ordered("lang", "Shell", "source", operation.example())));
        return told;
    }

    private static String id(Operation operation) {
        return operation.method()
                + operation.path().replaceAll("[^a-z0-9]+", "-").replaceAll("-$", "");
    }

    private static List<Object> parameters(Operation operation) {
        List<Object> parameters = new ArrayList<>();
        if (operation.isOfOneModel()) {
            parameters.add(parameter("name", "path", Schema.text("name of a model")));
        }
        if (operation.takesBytes() && operation.menu() != null) {
            operation
                    .menu()
                    .options()
                    .forEach(option -> parameters.add(parameter(option.name(), "query", option.schema())));
        }
        if (operation.isWork()) {
            parameters.add(
                    parameter("if-none-match", "header", Schema.text("an ETag that the caller holds the answer of")));
        }
        return parameters;
    }

    private static Map<String, Object> parameter(String name, String in, Schema schema) {
        Map<String, Object> parameter = ordered("name", name, "in", in);
        if (in.equals("path")) {
            parameter.put("required", true);
        }
        Map<String, Object> rest = new LinkedHashMap<>(schema.keywords());
        parameter.put(
                "description", Optional.ofNullable(rest.remove("description")).orElse(""));
        if ("array".equals(rest.get("type"))) {
            parameter.put("explode", false);
        }
        parameter.put("schema", rest);
        return parameter;
    }

    private static Map<String, Object> bodies(Menu menu, List<String> types) {
        Map<String, Object> bodies = new LinkedHashMap<>();
        for (String type : types) {
            Schema schema = type.equals(MediaType.APPLICATION_JSON)
                    ? menu.json()
                    : Schema.text("a picture").with("format", "binary");
            bodies.put(type, Map.of("schema", schema.keywords()));
        }
        return bodies;
    }

    static Map<String, Object> responses(Operation operation) {
        Map<String, Object> responses = new LinkedHashMap<>();
        responses.put(
                "200", ordered("description", "Done.", "headers", headers(operation), "content", contents(operation)));
        if (operation.isWork()) {
            responses.put(
                    "304",
                    ordered("description", "The caller holds the answer already.", "headers", headers(operation)));
        }
        operation.refusals().forEach(status -> responses.put(code(status), response(operation, status)));
        for (HttpStatus status :
                List.of(HttpStatus.UNAUTHORIZED, HttpStatus.FORBIDDEN, HttpStatus.INTERNAL_SERVER_ERROR)) {
            responses.put(code(status), response(operation, status));
        }
        return responses.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, (a, _) -> a, LinkedHashMap::new));
    }

    private static Map<String, Object> contents(Operation operation) {
        Map<String, Object> contents = new LinkedHashMap<>();
        operation.answers().forEach((type, schema) -> contents.put(type, Map.of("schema", schema.keywords())));
        return contents;
    }

    private static Map<String, Object> response(Operation operation, HttpStatus status) {
        if (operation.path().startsWith("/health") && status == HttpStatus.SERVICE_UNAVAILABLE) {
            return ordered("description", "Not so.", "content", contents(operation));
        }
        String schema = operation.group().equals("OpenAI") ? "OpenAiProblem" : "Problem";
        Map<String, Object> headers = header("x-request-id");
        if (status == HttpStatus.TOO_MANY_REQUESTS || status == HttpStatus.SERVICE_UNAVAILABLE) {
            headers.putAll(header("Retry-After"));
        }
        return ordered(
                "description", when(status),
                "headers", headers,
                "content", Map.of(PROBLEM, Map.of("schema", Schema.named(schema).keywords())));
    }

    private static Map<String, Object> headers(Operation operation) {
        Map<String, Object> headers = header("x-request-id");
        if (operation.isWork()) {
            headers.putAll(header("Server-Timing"));
            headers.putAll(header("ETag"));
            headers.putAll(header("x-model-digest"));
        }
        return headers;
    }

    private static Map<String, Object> header(String name) {
        return ordered(name, Map.of("$ref", "#/components/headers/" + name));
    }

    private static Map<String, Object> components() {
        Schema error = Schema.object("The refusal as OpenAI's clients read it.")
                .has("message", Schema.text("the detail"))
                .has("type", Schema.text("kind of refusal"))
                .has("param", Schema.text("null").orNull())
                .has("code", Schema.text("the reason of the status, in lower case"));
        return ordered(
                "schemas",
                ordered(
                        "Model", ModelController.ONE.keywords(),
                        "Problem",
                                REFUSED.has("error", Schema.text("the detail")).keywords(),
                        "OpenAiProblem", REFUSED.has("error", error).keywords()),
                "headers",
                ordered(
                        "x-request-id", told(Schema.text("the caller's own, or one made up; the log names it")),
                        "Server-Timing", told(Schema.text("milliseconds that decode, queue, infer and encode took")),
                        "x-model-digest", told(Schema.text("sha256 of the manifest of the model that answered")),
                        "ETag", told(Schema.text("of this answer: the same request has the same, whenever it comes")),
                        "Retry-After", told(Schema.integer("seconds, from the measured rate of service"))),
                "securitySchemes",
                ordered(
                        "bearer",
                                ordered(
                                        "type",
                                        "http",
                                        "scheme",
                                        "bearer",
                                        "description",
                                        "Where the operator asks for keys."),
                        "key",
                                ordered(
                                        "type",
                                        "apiKey",
                                        "in",
                                        "header",
                                        "name",
                                        "x-api-key",
                                        "description",
                                        "The same.")));
    }

    private static Map<String, Object> told(Schema schema) {
        Map<String, Object> rest = new LinkedHashMap<>(schema.keywords());
        return ordered(
                "description", Optional.ofNullable(rest.remove("description")).orElse(""), "schema", rest);
    }

    private static String code(HttpStatus status) {
        return Integer.toString(status.getCode());
    }

    private static String when(HttpStatus status) {
        return switch (status) {
            case BAD_REQUEST -> "The request can never succeed as sent.";
            case UNAUTHORIZED -> "The key is missing or not known.";
            case FORBIDDEN -> "The key does not open this.";
            case NOT_FOUND -> "There is no such model.";
            case NOT_ACCEPTABLE -> "None of the accepted forms is to be had.";
            case REQUEST_TIMEOUT -> "The body did not come in time.";
            case REQUEST_ENTITY_TOO_LARGE -> "The body, or a picture in it, is too large.";
            case UNSUPPORTED_MEDIA_TYPE -> "The body is not a picture that is read here.";
            case UNPROCESSABLE_ENTITY -> "The model cannot do this; the detail says which could.";
            case TOO_MANY_REQUESTS -> "The queue is full.";
            case SERVICE_UNAVAILABLE -> "Models are loading, or the service is stopping.";
            case GATEWAY_TIMEOUT -> "The deadline passed before the work began.";
            default -> "Something went wrong here; it was logged.";
        };
    }

    private static Map<String, Object> ordered(Object... pairs) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put((String) pairs[i], pairs[i + 1]);
        }
        return map;
    }
}
