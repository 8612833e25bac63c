package dev.unmask.server;

import dev.unmask.Fault;
import dev.unmask.door.Exchange;
import dev.unmask.door.Problems;
import dev.unmask.door.Timing;
import dev.unmask.door.Witness;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.inject.Singleton;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// Requests of every route, refused or not, as Prometheus sees them. No label holds what a caller wrote.
@Singleton
final class RequestMetrics implements Witness {

    private static final String NO_ROUTE = "none";

    private final MeterRegistry registry;
    private final Meters meters;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final Map<Outcome, Counter> requests = new ConcurrentHashMap<>();
    private final Map<String, Timer> durations = new ConcurrentHashMap<>();
    private final Map<Refusal, Counter> refusals = new ConcurrentHashMap<>();

    private record Outcome(String route, int hundreds) {}

    private record Refusal(String model, Fault fault) {}

    RequestMetrics(MeterRegistry registry, Meters meters) {
        this.registry = registry;
        this.meters = meters;
        Gauge.builder("unmask.requests.in.flight", inFlight, AtomicInteger::get)
                .description("requests that have no answer yet")
                .register(registry);
    }

    @Override
    public void began(Exchange exchange) {
        inFlight.incrementAndGet();
    }

    @Override
    public void ended(Exchange exchange, int status, long bytes) {
        inFlight.decrementAndGet();
        String route = route(exchange);
        String model = Objects.requireNonNullElse(exchange.model(), "");
        count(route, model, status);
        durations
                .computeIfAbsent(route, this::timer)
                .record(System.nanoTime() - exchange.arrived(), TimeUnit.NANOSECONDS);
        if (!model.isEmpty() && status < 400) {
            phases(exchange.timing(), meters.of(model));
        }
    }

    @Override
    public void unread(int status) {
        count(NO_ROUTE, "", status);
    }

    /// The template of the route, such as `/v1/models/{name}`.
    static String route(Exchange exchange) {
        String route = exchange.head().route();
        return route.isEmpty() ? NO_ROUTE : route;
    }

    private void count(String route, String model, int status) {
        requests.computeIfAbsent(new Outcome(route, status / 100), this::counter)
                .increment();
        if (status >= 400) {
            refusals.computeIfAbsent(new Refusal(model, Problems.fault(status)), this::counter)
                    .increment();
        }
    }

    /// Those that only a whole request has; the others are told where they happen.
    private static void phases(Timing timing, ModelMetrics metrics) {
        for (Timing.Phase phase : timing.phases()) {
            if (phase.name().equals("receive") || phase.name().equals("encode")) {
                metrics.took(phase.name(), phase.nanos());
            }
        }
    }

    private Counter counter(Outcome outcome) {
        return Counter.builder("unmask.requests")
                .description("requests that were answered")
                .tags("route", outcome.route(), "status", outcome.hundreds() + "xx")
                .register(registry);
    }

    private Counter counter(Refusal refusal) {
        return Counter.builder("unmask.refusals")
                .description("requests that were refused or failed; no model: before it was known")
                .tags("model", refusal.model(), "reason", refusal.fault().name().toLowerCase(Locale.ROOT))
                .register(registry);
    }

    private Timer timer(String route) {
        return Timer.builder("unmask.request")
                .description("from the head of a request to its answer")
                .tag("route", route)
                .serviceLevelObjectives(ModelMetrics.TIMES)
                .register(registry);
    }
}
