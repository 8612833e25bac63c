package dev.unmask.oip;

import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import dev.unmask.door.Exchange;
import dev.unmask.door.Problems;
import dev.unmask.door.Timing;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// What is sent to the caller of an exchange: the answer with the request's id and where the time went, or a refusal.
final class GrpcCall<Q, A> extends SimpleForwardingServerCall<Q, A> {

    private static final Metadata.Key<String> ID = key(Exchange.ID);
    private static final Metadata.Key<String> TIMING = key(Timing.HEADER.toLowerCase(Locale.ROOT));
    private static final int OK = 200;

    private final Exchange exchange;
    private final GrpcExchanges exchanges;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final AtomicBoolean ended = new AtomicBoolean(); // as witnesses are told
    private @Nullable Fault fault;
    private boolean isWitnessed; // a stream only if it is refused as a whole
    private long bytes;

    GrpcCall(ServerCall<Q, A> call, Exchange exchange, GrpcExchanges exchanges, boolean isStream) {
        super(call);
        this.exchange = exchange;
        this.exchanges = exchanges;
        this.isWitnessed = !isStream;
    }

    @Override
    public void sendHeaders(Metadata headers) {
        headers.put(ID, exchange.id());
        super.sendHeaders(headers);
    }

    @Override
    public void sendMessage(A message) {
        bytes += size(message);
        super.sendMessage(message);
    }

    /// Only the first has an effect: a stub ends a call that it did not get the message of.
    @Override
    public void close(Status status, Metadata trailers) {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        if (!exchange.timing().isEmpty()) {
            trailers.put(TIMING, exchange.timing().toString());
        }
        trailers.put(ID, exchange.id());
        end(status);
        super.close(status, trailers);
    }

    /// Packs the answer as the request was, where that is known here.
    void packAs(@Nullable String encoding) {
        if (GrpcCoding.isKnown(encoding)) {
            setCompression(encoding);
        }
    }

    /// Ends the call with what went wrong.
    void refuse(RuntimeException failure) {
        if (!isWitnessed) {
            isWitnessed = true;
            exchanges.began(exchange);
        }
        if (failure instanceof StatusRuntimeException limit) { // of the server, as it read a message
            close(limit.getStatus(), new Metadata());
            return;
        }
        UnmaskException refusal = GrpcErrors.refusal(exchange, failure);
        fault = refusal.fault();
        StatusRuntimeException told = GrpcErrors.of(refusal);
        close(told.getStatus(), Objects.requireNonNullElseGet(told.getTrailers(), Metadata::new));
    }

    /// The caller went before there was an answer.
    void cancelled() {
        end(Status.CANCELLED);
    }

    private void end(Status status) {
        if (isWitnessed && ended.compareAndSet(false, true)) {
            exchanges.end(exchange, http(status), bytes);
        }
    }

    private int http(Status status) {
        if (status.isOk()) {
            return OK;
        }
        Fault why = fault != null ? fault : GrpcErrors.fault(status.getCode());
        return Problems.status(why).getCode();
    }

    private static long size(Object message) {
        try {
            return message instanceof InputStream bytes ? bytes.available() : 0;
        } catch (IOException e) {
            throw new IllegalStateException("a message in memory has no size", e);
        }
    }

    private static Metadata.Key<String> key(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }
}
