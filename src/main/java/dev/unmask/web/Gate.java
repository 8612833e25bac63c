package dev.unmask.web;

import dev.unmask.task.Keys;
import io.micronaut.core.annotation.Order;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.annotation.RequestFilter;
import io.micronaut.http.annotation.ServerFilter;

/// Asks every request for its key when its head has come, before its body is read. Only liveness is told to everybody.
@ServerFilter(ServerFilter.MATCH_ALL_PATTERN)
@Order(Gate.SECURITY)
final class Gate {

    /// The order of [io.micronaut.http.filter.ServerFilterPhase#SECURITY], which no annotation can name.
    static final int SECURITY = 39_000;

    private static final String LIVENESS = "/health/live";

    private final Keys keys;

    Gate(Keys keys) {
        this.keys = keys;
    }

    @RequestFilter
    void identify(HttpRequest<?> request) {
        if (!request.getPath().equals(LIVENESS)) {
            HttpHeaders headers = request.getHeaders();
            Exchange.of(request)
                    .comesFrom(keys.caller(headers.getAll(HttpHeaders.AUTHORIZATION), headers.getAll("x-api-key")));
        }
    }
}
