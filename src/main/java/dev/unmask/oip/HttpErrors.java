package dev.unmask.oip;

import dev.unmask.door.Exchanges;
import io.micronaut.core.annotation.Order;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.ResponseFilter;
import io.micronaut.http.annotation.ServerFilter;
import java.util.Map;

/// On this protocol's routes a refusal is `{"error": "..."}`, and what is not supported is 400. Before the
/// limits and the gate, so that their refusals are told so too.
///
/// The server packs no text here by itself: `tritonclient.http.aio` accepts gzip in all its requests and unpacks only
/// the answers to inference.
@ServerFilter({"/v2", "/v2/**"})
@Order(Exchanges.BEFORE_THE_LIMITS)
final class HttpErrors {

    @ResponseFilter
    void end(MutableHttpResponse<?> response) {
        boolean isText = !response.getContentType()
                .filter(MediaType.APPLICATION_OCTET_STREAM_TYPE::equals)
                .isPresent();
        if (isText && !response.getHeaders().contains(HttpHeaders.CONTENT_ENCODING)) {
            response.header(HttpHeaders.CONTENT_ENCODING, "identity");
        }
        if (response.body() instanceof Map<?, ?> problem && problem.get("error") instanceof String message) {
            response.contentType(MediaType.APPLICATION_JSON_TYPE).body(Map.of("error", message));
            if (response.status() == HttpStatus.UNPROCESSABLE_ENTITY) {
                response.status(HttpStatus.BAD_REQUEST);
            }
        }
    }
}
