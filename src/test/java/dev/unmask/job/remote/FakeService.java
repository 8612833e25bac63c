package dev.unmask.job.remote;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;

/// A service that tells of a model, and answers pictures by a script.
final class FakeService implements AutoCloseable {

    static final String DIGEST = "d1".repeat(32);

    /// An answer. One of status 0 is none: the connection ends.
    record Reply(int status, Map<String, String> headers, ByteBuffer body) {

        static Reply problem(int status, String detail, String... headers) {
            String body = "{\"type\": \"about:blank\", \"detail\": \"" + detail + "\", \"error\": \"" + detail + "\"}";
            return new Reply(
                    status,
                    headers.length == 0 ? Map.of() : Map.of(headers[0], headers[1]),
                    StandardCharsets.UTF_8.encode(body));
        }

        static Reply vector() {
            return vector(DIGEST);
        }

        static Reply vector(String digest) {
            return new Reply(200, Map.of("x-model-digest", digest), ByteBuffer.allocate(8 * Float.BYTES));
        }
    }

    /// A request, as it came.
    record Seen(String target, Map<String, List<String>> headers, ByteBuffer body, long nanos) {}

    final List<Seen> seen = Collections.synchronizedList(new ArrayList<>());
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final String facts;

    private FakeService(String facts) throws IOException {
        this.facts = facts;
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
    }

    /// @param script the answer to the n-th picture
    static FakeService start(IntFunction<Reply> script) throws IOException {
        return start(facts(DIGEST, "fp32"), script);
    }

    static FakeService start(String facts, IntFunction<Reply> script) throws IOException {
        FakeService service = new FakeService(facts);
        AtomicInteger pictures = new AtomicInteger();
        service.server.createContext(
                "/v1/models",
                exchange -> send(exchange, new Reply(200, Map.of(), StandardCharsets.UTF_8.encode(service.facts))));
        service.server.createContext("/v1/embed", exchange -> {
            ByteBuffer body = ByteBuffer.wrap(exchange.getRequestBody().readAllBytes());
            service.seen.add(new Seen(
                    exchange.getRequestURI().toString(),
                    Map.copyOf(exchange.getRequestHeaders()),
                    body,
                    System.nanoTime()));
            send(exchange, script.apply(pictures.getAndIncrement()));
        });
        service.server.start();
        return service;
    }

    static String facts(String digest, String precision) {
        return """
                {"object": "list", "data": [{"id": "m", "name": "m", "license": "x", "source": "x.pth",
                "flavour": "visualize", "digest": "%s", "height": 32, "width": 32, "patch": 16, "patches": 4,
                "encoder": {"width": 8, "depth": 1, "heads": 1, "mlp": 16}, "decoder": null, "classes": 0,
                "preprocess": "demo", "outputs": ["cls", "mean"], "bytes": 1,
                "placements": [{"device": "cpu", "precision": "%s", "execution": "plain", "why": "", "graphs": []}]}]}
                """.formatted(digest, precision);
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private static void send(HttpExchange exchange, Reply reply) throws IOException {
        try (exchange) {
            if (reply.status() == 0) {
                return;
            }
            reply.headers().forEach(exchange.getResponseHeaders()::set);
            exchange.sendResponseHeaders(reply.status(), reply.body().remaining());
            Channels.newChannel(exchange.getResponseBody()).write(reply.body().duplicate());
        }
    }
}
