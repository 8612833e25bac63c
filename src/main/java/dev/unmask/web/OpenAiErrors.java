package dev.unmask.web;

import dev.unmask.door.Exchanges;
import io.micronaut.core.annotation.Order;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.ResponseFilter;
import io.micronaut.http.annotation.ServerFilter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// On the routes that OpenAI's clients call, the `error` of a problem is an object as theirs: they show its `message`
/// and nothing of a plain text. Before the limits and the gate, so that
/// their refusals are told so too.
@ServerFilter({"/v1/embeddings", "/v1/models/*"})
@Order(Exchanges.BEFORE_THE_LIMITS)
final class OpenAiErrors {

    @ResponseFilter
    void end(MutableHttpResponse<?> response) {
        if (response.body() instanceof Map<?, ?> problem && problem.get("error") instanceof String message) {
            Map<Object, @Nullable Object> body = new LinkedHashMap<>(problem);
            body.put("error", error(response.status(), message));
            response.body(body);
        }
    }

    private static Map<String, @Nullable Object> error(HttpStatus status, String message) {
        Map<String, @Nullable Object> error = new LinkedHashMap<>();
        error.put("message", message);
        error.put("type", type(status));
        error.put("param", null);
        error.put("code", status.name().toLowerCase(Locale.ROOT));
        return error;
    }

    private static String type(HttpStatus status) {
        return switch (status) {
            case UNAUTHORIZED -> "authentication_error";
            case FORBIDDEN -> "permission_error";
            case TOO_MANY_REQUESTS -> "rate_limit_error";
            default -> status.getCode() >= 500 ? "server_error" : "invalid_request_error";
        };
    }
}
