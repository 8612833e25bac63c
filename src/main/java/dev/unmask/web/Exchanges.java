package dev.unmask.web;

import io.micronaut.context.annotation.Property;
import io.micronaut.core.annotation.Order;
import io.micronaut.core.order.Ordered;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.RequestFilter;
import io.micronaut.http.annotation.ResponseFilter;
import io.micronaut.http.annotation.ServerFilter;
import java.time.Duration;

/// Begins an [Exchange] with every request, before any other filter; every answer tells its id and where the time went.
@ServerFilter(ServerFilter.MATCH_ALL_PATTERN)
@Order(Ordered.HIGHEST_PRECEDENCE)
final class Exchanges {

    private static final String ID = "x-request-id";

    private final Duration patience;

    Exchanges(@Property(name = "unmask.request-timeout") Duration patience) {
        this.patience = patience;
    }

    @RequestFilter
    void begin(HttpRequest<?> request) {
        Exchange.begin(request, patience);
    }

    @ResponseFilter
    void end(HttpRequest<?> request, MutableHttpResponse<?> response) {
        Exchange exchange = Exchange.of(request);
        response.header(ID, exchange.id());
        response.header("x-content-type-options", "nosniff");
        if (!exchange.timing().isEmpty()) {
            response.header(Timing.HEADER, exchange.timing().toString());
        }
    }
}
