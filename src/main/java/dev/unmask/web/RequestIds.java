package dev.unmask.web;

import io.micronaut.http.HttpRequest;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.RequestFilter;
import io.micronaut.http.annotation.ResponseFilter;
import io.micronaut.http.annotation.ServerFilter;
import java.util.UUID;

/// Every answer carries `x-request-id`: the caller's, where it is a plain one, else a new one.
@ServerFilter(ServerFilter.MATCH_ALL_PATTERN)
final class RequestIds {

    private static final String HEADER = "x-request-id";
    private static final String PLAIN = "[A-Za-z0-9._-]{1,128}";

    @RequestFilter
    void take(HttpRequest<?> request) {
        String id = request.getHeaders().get(HEADER);
        request.setAttribute(
                HEADER, id != null && id.matches(PLAIN) ? id : UUID.randomUUID().toString());
    }

    @ResponseFilter
    void give(HttpRequest<?> request, MutableHttpResponse<?> response) {
        request.getAttribute(HEADER, String.class).ifPresent(id -> response.header(HEADER, id));
    }
}
