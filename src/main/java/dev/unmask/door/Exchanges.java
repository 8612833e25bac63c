package dev.unmask.door;

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
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Begins an [Exchange] with every request, before any other filter, so that what those refuse is seen too; every
/// answer tells its id and where the time went.
@ServerFilter(ServerFilter.MATCH_ALL_PATTERN)
@Order(Ordered.HIGHEST_PRECEDENCE)
public final class Exchanges {

    /// The order of filters that shape refusals, also those of the limits.
    public static final int BEFORE_THE_LIMITS = Inflow.AFTER_THE_EXCHANGE_BEGAN - 1;

    private static final String ATTRIBUTE = "unmask.exchange";

    private final Duration patience;
    private final List<Witness> witnesses;

    Exchanges(@Property(name = "unmask.request-timeout") Duration patience, List<Witness> witnesses) {
        this.patience = patience;
        this.witnesses = witnesses;
    }

    /// The exchange of a request that passed this filter.
    public static Exchange of(HttpRequest<?> request) {
        return request.getAttribute(ATTRIBUTE, Exchange.class)
                .orElseThrow(() -> new IllegalStateException(request + " passed no filter"));
    }

    static boolean hasBegun(HttpRequest<?> request) {
        return request.getAttribute(ATTRIBUTE).isPresent();
    }

    @RequestFilter
    void begin(HttpRequest<?> request, MutablePropagatedContext context) {
        Exchange exchange = new Exchange(HttpHead.of(request), patience);
        request.setAttribute(ATTRIBUTE, exchange);
        witnesses.forEach(witness -> witness.began(exchange));
        context.add(new MdcPropagationContext(exchange.marks()));
    }

    @ResponseFilter
    void end(HttpRequest<?> request, MutableHttpResponse<?> response) {
        Exchange exchange = of(request);
        response.header(Exchange.ID, exchange.id());
        response.header("x-content-type-options", "nosniff");
        if (!exchange.timing().isEmpty()) {
            response.header(Timing.HEADER, exchange.timing().toString());
        }
        long bytes = bytes(response.body());
        witnesses.forEach(witness -> witness.ended(exchange, response.code(), bytes));
    }

    private static long bytes(@Nullable Object body) {
        return switch (body) {
            case byte[] array -> array.length;
            case ByteBuf buffer -> buffer.readableBytes();
            case null, default -> Witness.UNKNOWN;
        };
    }
}
