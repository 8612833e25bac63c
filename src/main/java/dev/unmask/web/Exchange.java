package dev.unmask.web;

import dev.unmask.Call;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.server.netty.NettyHttpRequest;
import java.time.Duration;
import java.util.UUID;

/// One request while it is served: its id, how long its caller waits, whether still, and where its time went.
final class Exchange implements Call {

    private static final String ATTRIBUTE = "unmask.exchange";
    private static final String ID = "x-request-id";
    private static final String PLAIN_ID = "[A-Za-z0-9._-]{1,128}";

    private final HttpRequest<?> request;
    private final String id;
    private final long arrived;
    private final Timing timing = new Timing();
    private volatile long deadline;

    private Exchange(HttpRequest<?> request, Duration patience) {
        this.request = request;
        String given = request.getHeaders().get(ID);
        this.id = given != null && given.matches(PLAIN_ID)
                ? given
                : UUID.randomUUID().toString();
        this.arrived = System.nanoTime();
        this.deadline = arrived + patience.toNanos();
    }

    /// Begins when the head of a request has come.
    static Exchange begin(HttpRequest<?> request, Duration patience) {
        Exchange exchange = new Exchange(request, patience);
        request.setAttribute(ATTRIBUTE, exchange);
        return exchange;
    }

    static Exchange of(HttpRequest<?> request) {
        return request.getAttribute(ATTRIBUTE, Exchange.class)
                .orElseThrow(() -> new IllegalStateException(request + " passed no filter"));
    }

    String id() {
        return id;
    }

    Timing timing() {
        return timing;
    }

    /// The caller's own deadline, if it gave one; counted from the head of the request.
    void waitsFor(Options options) {
        Long millis = options.given(Options.TIMEOUT);
        if (millis != null) {
            deadline = arrived + Duration.ofMillis(millis).toNanos();
        }
    }

    @Override
    public long left(long now) {
        return deadline - now;
    }

    @Override
    public boolean abandoned() {
        return request instanceof NettyHttpRequest<?> netty
                && !netty.getChannelHandlerContext().channel().isActive();
    }

    @Override
    public void served(long queue, long run) {
        timing.add("queue", queue);
        timing.add("infer", run);
    }
}
