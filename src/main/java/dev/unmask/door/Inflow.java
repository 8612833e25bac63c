package dev.unmask.door;

import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import io.micronaut.context.annotation.Context;
import io.micronaut.context.annotation.Property;
import io.micronaut.core.annotation.Order;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.annotation.RequestFilter;
import io.micronaut.http.annotation.ResponseFilter;
import io.micronaut.http.annotation.ServerFilter;
import io.micronaut.http.server.HttpServerConfiguration;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/// Bounds the bytes of all bodies that are received or worked on, as their heads announce them, before any has come.
///
/// One request may need several times what it announces: JSON is there as bytes, as text and decoded. So the bound is
/// a small share of the heap unless the operator says otherwise.
@ServerFilter(ServerFilter.MATCH_ALL_PATTERN)
@Context
@Order(Inflow.AFTER_THE_EXCHANGE_BEGAN)
public final class Inflow {

    static final int AFTER_THE_EXCHANGE_BEGAN = 1000;

    private static final String TAKEN = "unmask.inflow";
    private static final int SHARE = 8;
    private static final Duration LATER = Duration.ofSeconds(1);

    private final long most;
    private final long limit;
    private final AtomicLong bytes = new AtomicLong();

    Inflow(HttpServerConfiguration server, @Property(name = "unmask.bytes-in-flight") long limit) {
        this.most = server.getMaxRequestSize();
        if (limit != 0 && limit < most) {
            throw new IllegalArgumentException("unmask.bytes-in-flight is " + limit + ", less than the " + most
                    + " bytes that one request may have");
        }
        this.limit = limit != 0 ? limit : Math.max(most, Runtime.getRuntime().maxMemory() / SHARE);
    }

    @RequestFilter
    void begin(HttpRequest<?> request) {
        long announced = announced(request);
        take(announced);
        request.setAttribute(TAKEN, announced);
    }

    /// Asks whether so many bytes may come in or be worked on now.
    public void take(long announced) {
        if (announced > limit) {
            throw new UnmaskException(
                    Fault.TOO_LARGE, "the request has " + announced + " bytes; all together may have " + limit);
        }
        if (bytes.addAndGet(announced) > limit) {
            long others = bytes.addAndGet(-announced);
            throw new UnmaskException(
                    Fault.OVERLOADED,
                    "bodies of " + others + " bytes are in work; with " + announced + " more they exceed the limit of "
                            + limit,
                    LATER);
        }
    }

    /// Told when the work on what was taken is over.
    public void giveBack(long taken) {
        bytes.addAndGet(-taken);
    }

    @ResponseFilter
    void end(HttpRequest<?> request) {
        request.getAttribute(TAKEN, Long.class).ifPresent(this::giveBack);
    }

    /// What the head says of the body: its length, or the most there may be.
    private long announced(HttpRequest<?> request) {
        long length = request.getContentLength();
        if (length > most) {
            throw new UnmaskException(Fault.TOO_LARGE, "the body has " + length + " bytes; it may have " + most);
        }
        HttpHeaders headers = request.getHeaders();
        boolean inflates = headers.contains(HttpHeaders.CONTENT_ENCODING);
        boolean open = length < 0
                && (request.getMethod().requiresRequestBody() || headers.contains(HttpHeaders.TRANSFER_ENCODING));
        return inflates || open ? most : Math.max(0, length);
    }
}
