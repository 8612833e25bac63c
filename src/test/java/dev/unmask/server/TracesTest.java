package dev.unmask.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.unmask.oip.GrpcCalls;
import dev.unmask.oip.proto.GRPCInferenceServiceGrpc;
import dev.unmask.oip.proto.OpenInference.ModelInferRequest;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.micronaut.context.ApplicationContext;
import io.micronaut.runtime.server.EmbeddedServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What a collector is told over OTLP (https://opentelemetry.io/docs/specs/otlp/); field numbers are those of
/// opentelemetry/proto/trace/v1/trace.proto.
@Timeout(120)
class TracesTest {

    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String PARENT = "00f067aa0ba902b7";

    private final Queue<byte[]> exports = new ConcurrentLinkedQueue<>();
    private final Queue<String> paths = new ConcurrentLinkedQueue<>();
    private HttpServer collector;

    @BeforeEach
    void collect() throws IOException {
        collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        collector.createContext("/", exchange -> {
            paths.add(exchange.getRequestURI().getPath());
            exports.add(exchange.getRequestBody().readAllBytes());
            exchange.getResponseHeaders().add("content-type", "application/x-protobuf");
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        collector.start();
    }

    @AfterEach
    void stopCollecting() {
        collector.stop(0);
    }

    @Test
    void aRequestContinuesItsCallersTrace() throws Exception {
        serve(Map.of("otel.exporter.otlp.endpoint", "http://localhost:" + port()), server -> embed(server, "01"));
        assertThat(paths).containsOnly("/v1/traces");
        Map<String, Protobuf> spans = spans();
        assertThat(spans).containsOnlyKeys("POST /v1/embed", "receive", "decode", "queue", "infer", "encode");
        assertThat(spans.values()).allSatisfy(span -> assertThat(span.hex(1)).isEqualTo(TRACE));
        Protobuf request = Objects.requireNonNull(spans.get("POST /v1/embed"));
        assertThat(request.hex(4)).isEqualTo(PARENT);
        assertThat(attributes(request))
                .containsEntry("unmask.model", "mae-tiny")
                .containsEntry("unmask.request", "id-1")
                .containsEntry("http.route", "/v1/embed");
        spans.forEach((name, span) -> {
            assertThat(span.value(7)).isBetween(request.value(7) - 2_000_000, span.value(8));
            assertThat(span.value(8)).isLessThanOrEqualTo(request.value(8));
            if (!name.startsWith("POST")) {
                assertThat(span.hex(4)).as(name).isEqualTo(request.hex(2));
            }
        });
    }

    @Test
    void aCallByGrpcIsTracedAsOne() throws Exception {
        serve(Map.of("otel.exporter.otlp.endpoint", "http://localhost:" + port()), server -> {
            ManagedChannel channel = GrpcCalls.channel(
                    server.getApplicationContext().getBean(GrpcServer.class).port());
            try {
                Metadata sent = new Metadata();
                sent.put(
                        Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER),
                        "00-" + TRACE + "-" + PARENT + "-01");
                assertThatThrownBy(() -> GRPCInferenceServiceGrpc.newBlockingStub(channel)
                                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(sent))
                                .modelInfer(ModelInferRequest.getDefaultInstance()))
                        .isInstanceOf(StatusRuntimeException.class);
            } finally {
                channel.shutdownNow();
            }
        });
        Protobuf call = Objects.requireNonNull(spans().get("inference.GRPCInferenceService/ModelInfer"));
        assertThat(call.hex(1)).isEqualTo(TRACE);
        assertThat(call.hex(4)).isEqualTo(PARENT);
        assertThat(attributes(call))
                .containsEntry("rpc.system", "grpc")
                .containsEntry("rpc.service", "inference.GRPCInferenceService")
                .containsEntry("rpc.method", "ModelInfer")
                .doesNotContainKey("http.route");
    }

    @Test
    void whatItsCallerDoesNotRecordIsNotTold() throws Exception {
        serve(Map.of("otel.exporter.otlp.endpoint", "http://localhost:" + port()), server -> embed(server, "00"));
        assertThat(exports).isEmpty();
    }

    @Test
    void nothingIsMadeWhereNoCollectorIsNamed() throws Exception {
        serve(
                Map.of(),
                server -> assertThat(server.getApplicationContext().containsBean(Traces.class))
                        .isFalse());
    }

    /// Something to do with a running server.
    private interface Work {
        void with(EmbeddedServer server) throws Exception;
    }

    /// Runs a server, does the work, and stops it, which sends what is left.
    private static void serve(Map<String, Object> settings, Work work) throws Exception {
        Map<String, Object> all = new HashMap<>(settings);
        all.put("micronaut.server.port", -1);
        all.put("unmask.max-rows", 1);
        try (EmbeddedServer server = ApplicationContext.run(EmbeddedServer.class, all)) {
            work.with(server);
        }
    }

    private static void embed(EmbeddedServer server, String flags) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(server.getURI().resolve("/v1/embed"))
                .header("content-type", "image/jpeg")
                .header("x-request-id", "id-1")
                .header("traceparent", "00-" + TRACE + "-" + PARENT + "-" + flags)
                .POST(BodyPublishers.ofFile(Path.of("photos/chelsea.jpg")))
                .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            assertThat(client.send(request, BodyHandlers.discarding()).statusCode())
                    .isEqualTo(200);
        }
    }

    private int port() {
        return collector.getAddress().getPort();
    }

    /// ExportTraceServiceRequest 1: ResourceSpans 2: ScopeSpans 2: Span, by its name.
    private Map<String, Protobuf> spans() {
        Map<String, Protobuf> spans = new HashMap<>();
        for (byte[] export : exports) {
            for (Protobuf resource : Protobuf.read(export).all(1)) {
                for (Protobuf scope : resource.all(2)) {
                    scope.all(2).forEach(span -> spans.put(span.text(5), span));
                }
            }
        }
        return spans;
    }

    /// KeyValue 1: key, 2: AnyValue 1: text.
    private static Map<String, String> attributes(Protobuf span) {
        Map<String, String> attributes = new HashMap<>();
        List<Protobuf> pairs = span.all(9);
        pairs.forEach(
                pair -> attributes.put(pair.text(1), pair.all(2).getFirst().text(1)));
        return attributes;
    }
}
