package dev.unmask.server;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Produces;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.prometheus.metrics.model.registry.MultiCollector;
import java.util.List;

/// `/metrics`, as Prometheus scrapes it: its text format, or OpenMetrics where that is accepted.
@Controller("/metrics")
@ExecuteOn(TaskExecutors.BLOCKING)
final class MetricsController {

    private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";
    private static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    private final PrometheusMeterRegistry registry;

    MetricsController(PrometheusMeterRegistry registry, List<MultiCollector> collectors) {
        this.registry = registry;
        collectors.forEach(registry.getPrometheusRegistry()::register);
    }

    @Get
    @Produces({"text/plain", "application/openmetrics-text"})
    HttpResponse<String> scrape(HttpRequest<?> request) {
        boolean open = request.getHeaders().getAll(HttpHeaders.ACCEPT).stream()
                .anyMatch(accepted -> accepted.contains("application/openmetrics-text"));
        String type = open ? OPEN_METRICS : TEXT;
        return HttpResponse.ok(registry.scrape(type)).header(HttpHeaders.CONTENT_TYPE, type);
    }
}
