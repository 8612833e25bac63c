package dev.unmask.server;

import dev.unmask.door.Exchange;
import dev.unmask.door.Head;
import dev.unmask.door.Timing;
import dev.unmask.door.Witness;
import dev.unmask.oip.GrpcErrors;
import io.micronaut.context.annotation.Requires;
import io.micronaut.context.env.Environment;
import io.micronaut.core.naming.conventions.StringConvention;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A span for each request and one for each of its phases, told to a collector by OTLP. There is one only where
/// `otel.exporter.otlp` is set (OTEL_EXPORTER_OTLP_ENDPOINT); every other OTEL_* setting holds too.
@Singleton
@Requires(property = "otel.exporter.otlp")
final class Traces implements Witness, AutoCloseable {

    private static final AttributeKey<String> METHOD = AttributeKey.stringKey("http.request.method");
    private static final AttributeKey<String> PATH = AttributeKey.stringKey("url.path");
    private static final AttributeKey<String> ROUTE = AttributeKey.stringKey("http.route");
    private static final AttributeKey<Long> STATUS = AttributeKey.longKey("http.response.status_code");
    private static final AttributeKey<String> RPC_SYSTEM = AttributeKey.stringKey("rpc.system");
    private static final AttributeKey<String> RPC_SERVICE = AttributeKey.stringKey("rpc.service");
    private static final AttributeKey<String> RPC_METHOD = AttributeKey.stringKey("rpc.method");
    private static final AttributeKey<Long> RPC_STATUS = AttributeKey.longKey("rpc.grpc.status_code");
    private static final AttributeKey<String> ID = AttributeKey.stringKey("unmask.request");
    private static final AttributeKey<String> MODEL = AttributeKey.stringKey("unmask.model");
    private static final AttributeKey<Long> ROWS = AttributeKey.longKey("unmask.rows");

    private final OpenTelemetrySdk sdk;
    private final Tracer tracer;

    /// Where a span stands in the time that collectors know.
    private record Open(Span span, long epochNanos) {}

    Traces(Environment environment) {
        Map<String, String> settings = new HashMap<>(Map.of(
                "otel.service.name", "unmask",
                "otel.exporter.otlp.protocol", "http/protobuf",
                "otel.metrics.exporter", "none",
                "otel.logs.exporter", "none"));
        environment
                .getProperties("otel", StringConvention.RAW)
                .forEach((name, value) -> settings.put("otel." + name, String.valueOf(value)));
        this.sdk = AutoConfiguredOpenTelemetrySdk.builder()
                .addPropertiesSupplier(() -> settings)
                .disableShutdownHook() // closed with the service, after the last request
                .build()
                .getOpenTelemetrySdk();
        this.tracer = sdk.getTracer("dev.unmask");
    }

    @Override
    public void began(Exchange exchange) {
        Head head = exchange.head();
        Context caller = W3CTraceContextPropagator.getInstance().extract(Context.root(), head, Headers.GETTER);
        long epochNanos = ChronoUnit.NANOS.between(Instant.EPOCH, Instant.now());
        Span span = tracer.spanBuilder(head.method())
                .setParent(caller)
                .setSpanKind(SpanKind.SERVER)
                .setStartTimestamp(epochNanos, TimeUnit.NANOSECONDS)
                .setAllAttributes(asked(head))
                .setAttribute(ID, exchange.id())
                .startSpan();
        exchange.attach(new Open(span, epochNanos));
        SpanContext context = span.getSpanContext();
        exchange.mark("trace", context.getTraceId());
        exchange.mark("span", context.getSpanId());
    }

    @Override
    public void ended(Exchange exchange, int status, long bytes) {
        exchange.attached(Open.class).ifPresent(open -> end(open, exchange, status));
    }

    @PreDestroy
    @Override
    public void close() {
        sdk.close();
    }

    private void end(Open open, Exchange exchange, int status) {
        Span span = open.span();
        if (span.isRecording()) {
            answered(span, exchange, status);
            if (exchange.model() != null) {
                span.setAttribute(MODEL, exchange.model()).setAttribute(ROWS, exchange.rows());
            }
            if (status >= 500) {
                span.setStatus(StatusCode.ERROR);
            }
            long epoch = open.epochNanos() - exchange.arrived(); // of the clock that counts nanoseconds
            exchange.timing().phases().forEach(phase -> phase(phase, span, epoch, exchange));
        }
        span.end(open.epochNanos() + System.nanoTime() - exchange.arrived(), TimeUnit.NANOSECONDS);
    }

    /// What is known when the head has come.
    private static Attributes asked(Head head) {
        return switch (head.protocol()) {
            case HTTP -> Attributes.of(METHOD, head.method(), PATH, head.path());
            case GRPC -> Attributes.of(RPC_SYSTEM, "grpc");
        };
    }

    private static void answered(Span span, Exchange exchange, int status) {
        Head head = exchange.head();
        String route = RequestMetrics.route(exchange);
        switch (head.protocol()) {
            case HTTP -> {
                span.updateName(head.method() + " " + route);
                span.setAttribute(ROUTE, route);
                span.setAttribute(STATUS, status);
            }
            case GRPC -> {
                int slash = route.lastIndexOf('/'); // of /service/method
                span.updateName(route.substring(Math.min(1, slash + 1)));
                span.setAttribute(RPC_SERVICE, slash > 0 ? route.substring(1, slash) : route);
                span.setAttribute(RPC_METHOD, route.substring(slash + 1));
                span.setAttribute(RPC_STATUS, GrpcErrors.code(status));
            }
        }
    }

    private void phase(Timing.Phase phase, Span parent, long epoch, Exchange exchange) {
        Span span = tracer.spanBuilder(phase.name())
                .setParent(Context.root().with(parent))
                .setStartTimestamp(epoch + phase.start(), TimeUnit.NANOSECONDS)
                .startSpan();
        if (exchange.model() != null) {
            span.setAttribute(MODEL, exchange.model()).setAttribute(ROWS, exchange.rows());
        }
        span.end(epoch + phase.start() + phase.nanos(), TimeUnit.NANOSECONDS);
    }

    /// The headers of a request, for those who look for `traceparent`.
    private enum Headers implements TextMapGetter<Head> {
        GETTER;

        @Override
        public Iterable<String> keys(Head head) {
            return head.headers();
        }

        @Override
        public @Nullable String get(@Nullable Head head, String name) {
            return head == null ? null : head.header(name);
        }
    }
}
