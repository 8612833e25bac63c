package dev.unmask.cli.bench;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntUnaryOperator;

/// A server that answers POST as the test says, request by request, and knows how many it saw.
final class Answering implements AutoCloseable {

    /// Instead of a status: close the connection.
    static final int HANG_UP = -1;

    private final HttpServer server;
    private final ExecutorService threads;
    private final AtomicInteger posts = new AtomicInteger();

    /// @param status of each request by its number, from 0; runs on one of `threads`
    Answering(int threads, IntUnaryOperator status) throws IOException {
        this.threads = Executors.newFixedThreadPool(threads);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(this.threads);
        server.createContext("/", exchange -> answer(exchange, status));
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    int posts() {
        return posts.get();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void answer(HttpExchange exchange, IntUnaryOperator status) throws IOException {
        exchange.getRequestBody().readAllBytes();
        if (exchange.getRequestMethod().equals("GET")) {
            byte[] models =
                    "{\"models\":[{\"name\":\"fake\",\"digest\":\"0123\"}]}".getBytes(StandardCharsets.US_ASCII);
            exchange.sendResponseHeaders(200, models.length);
            exchange.getResponseBody().write(models);
        } else {
            int code = status.applyAsInt(posts.getAndIncrement());
            if (code != HANG_UP) {
                exchange.sendResponseHeaders(code, -1);
            }
        }
        exchange.close();
    }
}
