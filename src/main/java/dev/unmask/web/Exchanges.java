package dev.unmask.web;

import io.micronaut.context.annotation.Property;
import io.micronaut.context.propagation.slf4j.MdcPropagationContext;
import io.micronaut.core.annotation.Order;
import io.micronaut.core.order.Ordered;
import io.micronaut.core.propagation.MutablePropagatedContext;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.RequestFilter;
import io.micronaut.http.annotation.ResponseFilter;
import io.micronaut.http.annotation.ServerFilter;
import java.time.Duration;
import java.util.List;

/// Begins an [Exchange] with every request, before any other filter, so that what those refuse is seen too; every
/// answer
/// tells its id and where the time went.
@ServerFilter(ServerFilter.MATCH_ALL_PATTERN)
@Order(Ordered.HIGHEST_PRECEDENCE)
final class Exchanges {

    private final Duration patience;
    private final List<Witness> witnesses;

    Exchanges(@Property(name = "unmask.request-timeout") Duration patience, List<Witness> witnesses) {
        this.patience = patience;
        this.witnesses = witnesses;
    }

    @RequestFilter
    void begin(HttpRequest<?> request, MutablePropagatedContext context) {
        Exchange exchange = Exchange.begin(request, patience);
        witnesses.forEach(witness -> witness.began(exchange));
        context.add(new MdcPropagationContext(exchange.marks()));
    }

    @ResponseFilter
    void end(HttpRequest<?> request, MutableHttpResponse<?> response) {
        Exchange exchange = Exchange.of(request);
        response.header(Exchange.ID, exchange.id());
        response.header("x-content-type-options", "nosniff");
        if (!exchange.timing().isEmpty()) {
            response.header(Timing.HEADER, exchange.timing().toString());
        }
        witnesses.forEach(witness -> witness.ended(exchange, response));
    }
}
