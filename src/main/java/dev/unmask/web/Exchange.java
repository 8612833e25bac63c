package dev.unmask.web;

import dev.unmask.Call;
import dev.unmask.Card;
import dev.unmask.task.Caller;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.server.netty.NettyHttpRequest;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.codec.http2.HttpConversionUtil;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// One request while it is served: its id, how long its caller waits, whether still, what it wants, and where its time
/// went.
public final class Exchange implements Call {

    private static final String ATTRIBUTE = "unmask.exchange";
    static final String ID = "x-request-id";
    private static final String PLAIN_ID = "[A-Za-z0-9._-]{1,128}";

    private final HttpRequest<?> request;
    private final String id;
    private final Duration patience;
    private final long arrived;
    private final @Nullable Http2Stream stream;
    private final Timing timing = new Timing();
    private final Map<String, String> marks = new LinkedHashMap<>();
    private volatile long deadline;
    private volatile @Nullable Caller caller; // until the gate asked for the key
    private @Nullable String model;
    private int rows;

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
        mark("request", id);
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

    static boolean hasBegun(HttpRequest<?> request) {
        return request.getAttribute(ATTRIBUTE).isPresent();
    }

    public HttpRequest<?> request() {
        return request;
    }

    /// The caller's `x-request-id`, or one of ours.
    public String id() {
        return id;
    }

    /// When its head came, on the clock of [System#nanoTime].
    public long arrived() {
        return arrived;
    }

    public Timing timing() {
        return timing;
    }

    Duration patience() {
        return patience;
    }

    /// The model it means, once that is known to be served.
    public @Nullable String model() {
        return model;
    }

    /// Rows of a batch that it takes, once that is known.
    public int rows() {
        return rows;
    }

    /// Puts a fact into every line that is logged for this request.
    public void mark(String name, String value) {
        marks.put(name, value);
    }

    Map<String, String> marks() {
        return Map.copyOf(marks);
    }

    /// Told when the body has come.
    void received() {
        timing.add("receive", arrived, System.nanoTime() - arrived);
    }

    void meant(Card card, int rowsOfIt) {
        model = card.name();
        rows = rowsOfIt;
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
    public void served(long queue, long run, List<Share> shares) {
        long now = System.nanoTime();
        timing.add("queue", now - run - queue, queue);
        timing.add("infer", now - run, run);
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
