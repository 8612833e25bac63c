package dev.unmask.web;

import dev.unmask.Call;
import dev.unmask.task.Caller;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.server.netty.NettyHttpRequest;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.codec.http2.HttpConversionUtil;
import java.time.Duration;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// One request while it is served: its id, how long its caller waits, whether still, and where its time went.
final class Exchange implements Call {

    private static final String ATTRIBUTE = "unmask.exchange";
    private static final String ID = "x-request-id";
    private static final String PLAIN_ID = "[A-Za-z0-9._-]{1,128}";

    private final HttpRequest<?> request;
    private final String id;
    private final Duration patience;
    private final long arrived;
    private final @Nullable Http2Stream stream;
    private final Timing timing = new Timing();
    private volatile long deadline;
    private volatile @Nullable Caller caller; // until the gate asked for the key

    private Exchange(HttpRequest<?> request, Duration patience) {
        this.request = request;
        String given = request.getHeaders().get(ID);
        this.id = given != null && given.matches(PLAIN_ID)
                ? given
                : UUID.randomUUID().toString();
        this.patience = patience;
        this.arrived = System.nanoTime();
        this.stream = stream(request);
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

    Duration patience() {
        return patience;
    }

    /// Told when the body has come.
    void received() {
        timing.add("receive", System.nanoTime() - arrived);
    }

    void comesFrom(Caller identified) {
        caller = identified;
    }

    /// Whom the gate let in.
    Caller caller() {
        return Objects.requireNonNull(caller, "the request passed no gate");
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

    /// Whether the connection is closed, or the request's stream of it was reset.
    @Override
    public boolean abandoned() {
        return request instanceof NettyHttpRequest<?> netty
                && (!netty.getChannelHandlerContext().channel().isActive()
                        || (stream != null && stream.state() == Http2Stream.State.CLOSED));
    }

    @Override
    public void served(long queue, long run) {
        timing.add("queue", queue);
        timing.add("infer", run);
    }

    /// The stream of a request that came by HTTP/2. Called on the thread of its connection, which owns the streams.
    private static @Nullable Http2Stream stream(HttpRequest<?> request) {
        if (request instanceof NettyHttpRequest<?> netty
                && netty.getChannelHandlerContext().handler() instanceof Http2ConnectionHandler connection) {
            Integer id = request.getHeaders()
                    .getInt(HttpConversionUtil.ExtensionHeaderNames.STREAM_ID
                            .text()
                            .toString());
            return id == null ? null : connection.connection().stream(id);
        }
        return null;
    }
}
