package dev.unmask.web;

import static io.micronaut.http.HttpStatus.BAD_REQUEST;
import static io.micronaut.http.HttpStatus.FORBIDDEN;
import static io.micronaut.http.HttpStatus.GATEWAY_TIMEOUT;
import static io.micronaut.http.HttpStatus.NOT_ACCEPTABLE;
import static io.micronaut.http.HttpStatus.NOT_FOUND;
import static io.micronaut.http.HttpStatus.REQUEST_ENTITY_TOO_LARGE;
import static io.micronaut.http.HttpStatus.REQUEST_TIMEOUT;
import static io.micronaut.http.HttpStatus.SERVICE_UNAVAILABLE;
import static io.micronaut.http.HttpStatus.TOO_MANY_REQUESTS;
import static io.micronaut.http.HttpStatus.UNPROCESSABLE_ENTITY;
import static io.micronaut.http.HttpStatus.UNSUPPORTED_MEDIA_TYPE;

import dev.unmask.door.Schema;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MediaType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Every route of the service, to be told to its users.
final class Api {

    private static final List<String> PICTURES = List.of(
            "image/jpeg",
            "image/png",
            "image/webp",
            "image/gif",
            "image/bmp",
            MediaType.APPLICATION_OCTET_STREAM,
            MediaType.APPLICATION_JSON);
    private static final List<HttpStatus> OF_WORK = List.of(
            BAD_REQUEST,
            NOT_FOUND,
            NOT_ACCEPTABLE,
            REQUEST_TIMEOUT,
            REQUEST_ENTITY_TOO_LARGE,
            UNSUPPORTED_MEDIA_TYPE,
            UNPROCESSABLE_ENTITY,
            TOO_MANY_REQUESTS,
            SERVICE_UNAVAILABLE,
            GATEWAY_TIMEOUT);
    private static final Schema BYTES = Schema.text("bytes").with("format", "binary");
    private static final Schema STATUS = Schema.object("Whether it is so.")
            .has("status", Schema.text("UP or DOWN").with("enum", List.of("UP", "DOWN")))
            .has("reasons", Schema.list(Schema.text("why not"), "a line for each; none when UP"));

    private static final Schema METRICS = Schema.text("lines of name, labels and value");

    static final List<Operation> OPERATIONS = List.of(
            pictures(
                    "embed",
                    "Embed pictures",
                    "Turns each picture into a vector, or into one for each of its patches. Nothing is hidden.",
                    "?pool=mean&normalize=true",
                    EmbedRoute.MENU,
                    answers(EmbedRoute.ANSWER, Form.RAW)),
            pictures(
                    "reconstruct",
                    "Hide patches and fill them in",
                    "Hides patches of each picture and lets the model predict them from the others. Octets are the"
                            + " predicted patches, float32.",
                    "?ratio=0.75&seed=2",
                    ReconstructRoute.MENU,
                    answers(ReconstructRoute.ANSWER, Form.PNG, Form.RAW)),
            pictures(
                    "anomaly",
                    "Find what the rest of a picture does not lead one to expect",
                    "Hides groups of patches in turn and judges each patch by how far the model's guess is from it. PNG"
                            + " is the heat over the picture, octets are the heat, float32.",
                    "?masks=4&top=0.02",
                    AnomalyRoute.MENU,
                    answers(AnomalyRoute.ANSWER, Form.PNG, Form.RAW)),
            pictures(
                    "classify",
                    "Name what a picture shows",
                    "The most probable classes of a fine-tuned classifier.",
                    "?top=5",
                    ClassifyRoute.MENU,
                    answers(ClassifyRoute.ANSWER)),
            new Operation(
                    "post",
                    "/v1/embeddings",
                    "OpenAI",
                    "Embed pictures, in the words of OpenAI's API",
                    "Takes what OpenAI's clients send, with pictures (data URIs or bare base64) in place of texts.",
                    "curl http://localhost:8000/v1/embeddings -H 'content-type: application/json' \\\n"
                            + "  -d '{\"model\": \"mae-tiny\", \"input\": \"data:image/jpeg;base64,...\"}'",
                    EmbeddingsRoute.MENU,
                    List.of(MediaType.APPLICATION_JSON),
                    Map.of(MediaType.APPLICATION_JSON, EmbeddingsRoute.ANSWER),
                    OF_WORK),
            plain("/v1/models", "OpenAI", "Models that are served", ModelController.LIST),
            new Operation(
                    "get",
                    "/v1/models/{name}",
                    "OpenAI",
                    "One model",
                    "",
                    "curl http://localhost:8000/v1/models/mae-tiny",
                    null,
                    List.of(),
                    Map.of(MediaType.APPLICATION_JSON, Schema.named("Model")),
                    List.of(NOT_FOUND, SERVICE_UNAVAILABLE)),
            control(
                    "load",
                    "Serve a model of the operator's folder",
                    "Takes the place of a model of that name without a failed request. Off unless the operator allows"
                            + " it. Answers when it is ready.",
                    Schema.named("Model")),
            control(
                    "unload",
                    "Serve a model no more",
                    "Answers when the last request that uses it was answered. Off unless the operator allows it.",
                    Schema.object("What was done.")
                            .has("name", Schema.text("of the model"))
                            .has("status", Schema.text("unloaded").with("const", "unloaded"))),
            health(
                    "/live",
                    "Alive: a new process would not do better",
                    "503 when a model has lost all of its lanes: only a new process brings them back.",
                    STATUS),
            health(
                    "/ready",
                    "Ready: it would do work now",
                    "503 while models are loading, when one has lost all of its lanes, and while the service is stopping.",
                    STATUS),
            health(
                    "",
                    "Alive and ready",
                    "Both answers at once, with the status of the second.",
                    Schema.object("Both answers.").has("live", STATUS).has("ready", STATUS)),
            new Operation(
                    "get",
                    "/metrics",
                    "Operation",
                    "Metrics, in Prometheus' format",
                    "OpenMetrics where that is accepted.",
                    "curl http://localhost:8000/metrics",
                    null,
                    List.of(),
                    Map.of("text/plain", METRICS, "application/openmetrics-text", METRICS),
                    List.of()),
            document("/openapi.yaml", "This document", ApiController.YAML, Schema.object("OpenAPI 3.1")),
            document(
                    "/openapi.json",
                    "This document, as JSON",
                    MediaType.APPLICATION_JSON,
                    Schema.object("OpenAPI 3.1")));

    private Api() {}

    private static Operation pictures(
            String name, String summary, String about, String query, Menu menu, Map<String, Schema> answers) {
        String path = "/v1/" + name;
        String example = "curl 'http://localhost:8000" + path + query + "' -H 'content-type: image/jpeg' \\\n"
                + "  --data-binary @photos/chelsea.jpg";
        return new Operation("post", path, "Pictures", summary, about, example, menu, PICTURES, answers, OF_WORK);
    }

    private static Operation health(String path, String summary, String about, Schema answer) {
        return new Operation(
                "get",
                "/health" + path,
                "Operation",
                summary,
                about,
                "curl http://localhost:8000/health" + path,
                null,
                List.of(),
                Map.of(MediaType.APPLICATION_JSON, answer),
                List.of(SERVICE_UNAVAILABLE));
    }

    private static Operation control(String action, String summary, String about, Schema answer) {
        String path = "/v1/models/{name}/" + action;
        return new Operation(
                "post",
                path,
                "Operation",
                summary,
                about,
                "curl -X POST http://localhost:8000/v1/models/mae-large/" + action,
                null,
                List.of(),
                Map.of(MediaType.APPLICATION_JSON, answer),
                List.of(BAD_REQUEST, FORBIDDEN, NOT_FOUND, SERVICE_UNAVAILABLE));
    }

    private static Operation plain(String path, String group, String summary, Schema answer) {
        return get(path, group, summary, MediaType.APPLICATION_JSON, answer);
    }

    private static Operation document(String path, String summary, String type, Schema answer) {
        return get(path, "Operation", summary, type, answer);
    }

    private static Operation get(String path, String group, String summary, String type, Schema answer) {
        String example = "curl http://localhost:8000" + path;
        return new Operation(
                "get", path, group, summary, "", example, null, List.of(), Map.of(type, answer), List.of());
    }

    /// JSON, for one picture or for a list, and other forms.
    private static Map<String, Schema> answers(Schema facts, Form... others) {
        Schema head = Schema.object("For one picture.")
                .has("model", Schema.text("name of the model that answered"))
                .has("digest", Schema.text("sha256 of its manifest: the same digest, the same answer"));
        Schema many = head.with("description", "For a list of pictures.")
                .has("results", Schema.list(facts, "one for each picture, in their order"));
        Map<String, Schema> answers = new LinkedHashMap<>();
        answers.put(MediaType.APPLICATION_JSON, Schema.any("The answer.", head.and(facts), many));
        for (Form form : others) {
            answers.put(form.type().toString(), BYTES);
        }
        return answers;
    }
}
