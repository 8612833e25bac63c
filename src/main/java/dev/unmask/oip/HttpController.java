package dev.unmask.oip;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.unmask.UnmaskException;
import dev.unmask.door.Coding;
import dev.unmask.door.Exchange;
import dev.unmask.door.Exchanges;
import dev.unmask.door.Intake;
import dev.unmask.door.Problems;
import dev.unmask.task.Caller;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.Produces;
import io.micronaut.http.server.HttpServerConfiguration;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.netty.buffer.ByteBufUtil;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// The protocol over HTTP: what is asked about the server and its models, and inference.
@Controller("/v2")
@Consumes(MediaType.ALL)
@Produces(MediaType.ALL)
@ExecuteOn(TaskExecutors.BLOCKING)
final class HttpController {

    private static final String JSON_LENGTH = "inference-header-content-length";
    private static final String LATEST = "";
    private static final String EVERY_MODEL = "";
    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .build();

    private final Repository repository;
    private final Inference inference;
    private final int maxBody;

    HttpController(Repository repository, Inference inference, HttpServerConfiguration server) {
        this.repository = repository;
        this.inference = inference;
        this.maxBody = Math.toIntExact(server.getMaxRequestSize());
    }

    @Get
    HttpResponse<?> server(HttpRequest<?> request) {
        return told(request, _ -> repository.server());
    }

    @Get("/health/live")
    HttpResponse<?> live() {
        return state("live", repository.isLive());
    }

    @Get("/health/ready")
    HttpResponse<?> ready() {
        return state("ready", repository.isReady());
    }

    @Get("/models/{model}/ready")
    HttpResponse<?> modelReady(HttpRequest<?> request, String model) {
        return modelReady(request, model, LATEST);
    }

    @Get("/models/{model}/versions/{version}/ready")
    HttpResponse<?> modelReady(HttpRequest<?> request, String model, String version) {
        return answer(request, caller -> state("ready", repository.isReady(caller, model, version)));
    }

    @Get("/models/{model}")
    HttpResponse<?> metadata(HttpRequest<?> request, String model) {
        return metadata(request, model, LATEST);
    }

    @Get("/models/{model}/versions/{version}")
    HttpResponse<?> metadata(HttpRequest<?> request, String model, String version) {
        return told(request, caller -> repository.metadata(caller, model, version));
    }

    @Get("/models/{model}/config")
    HttpResponse<?> config(HttpRequest<?> request, String model) {
        return config(request, model, LATEST);
    }

    @Get("/models/{model}/versions/{version}/config")
    HttpResponse<?> config(HttpRequest<?> request, String model, String version) {
        return told(request, caller -> repository.config(caller, model, version));
    }

    @Get("/models/stats")
    HttpResponse<?> statistics(HttpRequest<?> request) {
        return statistics(request, EVERY_MODEL, LATEST);
    }

    @Get("/models/{model}/stats")
    HttpResponse<?> statistics(HttpRequest<?> request, String model) {
        return statistics(request, model, LATEST);
    }

    @Get("/models/{model}/versions/{version}/stats")
    HttpResponse<?> statistics(HttpRequest<?> request, String model, String version) {
        return told(request, caller -> Map.of("model_stats", repository.statistics(caller, model, version)));
    }

    @Post("/repository/index")
    HttpResponse<?> index(HttpRequest<?> request) {
        return told(
                request,
                caller -> repository.index(caller, json(request).path("ready").asBoolean()));
    }

    @Post("/repository/models/{model}/load")
    HttpResponse<?> load(HttpRequest<?> request, String model) {
        return told(request, caller -> {
            List<String> parameters = new ArrayList<>();
            json(request).path("parameters").fieldNames().forEachRemaining(parameters::add);
            repository.load(caller, model, parameters);
            return Map.of();
        });
    }

    @Post("/repository/models/{model}/unload")
    HttpResponse<?> unload(HttpRequest<?> request, String model) {
        return told(request, caller -> {
            repository.unload(caller, model);
            return Map.of();
        });
    }

    @Post("/models/{model}/infer")
    HttpResponse<?> infer(HttpRequest<?> request, String model) {
        return infer(request, model, LATEST);
    }

    @Post("/models/{model}/versions/{version}/infer")
    HttpResponse<?> infer(HttpRequest<?> request, String model, String version) {
        return answer(request, caller -> {
            Exchange exchange = Exchanges.of(request);
            repository.knock(caller, model, version, exchange);
            HttpBody asked = body(request, caller, model, version);
            InferResponse response = inference.infer(asked.request(model, version), exchange);
            return packed(request, exchange.timing().of("encode", () -> HttpAnswer.of(response, asked)));
        });
    }

    @Get(uris = {"/systemsharedmemory{+rest}", "/cudasharedmemory{+rest}"})
    HttpResponse<?> sharedMemory(HttpRequest<?> request) {
        return Problems.of(request, Unsupported.SHARED_MEMORY.refusal());
    }

    @Post(uris = {"/systemsharedmemory{+rest}", "/cudasharedmemory{+rest}"})
    HttpResponse<?> changeSharedMemory(HttpRequest<?> request) {
        return sharedMemory(request);
    }

    @Get(uris = {"/trace/setting", "/models/{model}/trace/setting"})
    HttpResponse<?> trace(HttpRequest<?> request) {
        return Problems.of(request, Unsupported.TRACE.refusal());
    }

    @Post(uris = {"/trace/setting", "/models/{model}/trace/setting"})
    HttpResponse<?> changeTrace(HttpRequest<?> request) {
        return trace(request);
    }

    @Get("/logging")
    HttpResponse<?> logging(HttpRequest<?> request) {
        return Problems.of(request, Unsupported.LOGGING.refusal());
    }

    @Post("/logging")
    HttpResponse<?> changeLogging(HttpRequest<?> request) {
        return logging(request);
    }

    /// JSON of its whole length, unless a header says where it ends; with 0 the body is one tensor.
    private HttpBody body(HttpRequest<?> request, Caller caller, String model, String version) {
        byte[] body = Intake.unpacked(request, maxBody);
        String given = request.getHeaders().get(JSON_LENGTH);
        if (given == null) {
            return HttpBody.read(body, body.length);
        }
        int length = length(given);
        return length == 0 ? HttpBody.raw(body, repository.input(caller, model, version)) : HttpBody.read(body, length);
    }

    private static int length(String given) {
        try {
            return Integer.parseInt(given);
        } catch (NumberFormatException _) {
            throw UnmaskException.invalid(JSON_LENGTH + " is '" + given + "', not a number of bytes");
        }
    }

    /// The body, which may be missing.
    private JsonNode json(HttpRequest<?> request) {
        byte[] body = Intake.unpacked(request, maxBody);
        try {
            return body.length == 0 ? MissingNode.getInstance() : JSON.readTree(body);
        } catch (JsonProcessingException e) {
            throw UnmaskException.invalid("the body is not JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new IllegalStateException("reading from memory failed", e);
        }
    }

    private static HttpResponse<?> packed(HttpRequest<?> request, HttpAnswer answer) {
        Coding coding = Coding.accepted(request);
        MutableHttpResponse<?> response = HttpResponse.ok(
                        coding == Coding.IDENTITY ? answer.body() : coding.pack(ByteBufUtil.getBytes(answer.body())))
                .contentType(
                        answer.hasBinary() ? MediaType.APPLICATION_OCTET_STREAM_TYPE : MediaType.APPLICATION_JSON_TYPE);
        if (answer.hasBinary()) {
            response.header(JSON_LENGTH, Integer.toString(answer.jsonLength()));
        }
        return coding == Coding.IDENTITY
                ? response
                : response.header(HttpHeaders.CONTENT_ENCODING, coding.headerName());
    }

    private static HttpResponse<?> state(String name, boolean isSo) {
        return HttpResponse.status(isSo ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE)
                .body(Map.of(name, isSo));
    }

    /// Answers with a record as JSON, whose names are in snake case.
    private static HttpResponse<?> told(HttpRequest<?> request, Function<Caller, Object> work) {
        return answer(request, caller -> {
            try {
                return HttpResponse.ok(JSON.writeValueAsBytes(work.apply(caller)))
                        .contentType(MediaType.APPLICATION_JSON_TYPE);
            } catch (JsonProcessingException e) {
                throw new IllegalStateException("an answer cannot be written as JSON", e);
            }
        });
    }

    private static HttpResponse<?> answer(HttpRequest<?> request, Function<Caller, HttpResponse<?>> work) {
        try {
            return work.apply(Exchanges.of(request).caller());
        } catch (UnmaskException refusal) {
            return Problems.of(request, refusal);
        }
    }
}
