package dev.unmask.oip;

import dev.unmask.door.Exchange;
import dev.unmask.door.Inflow;
import dev.unmask.door.Witness;
import dev.unmask.task.Keys;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Deadline;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCall.Listener;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.micronaut.context.annotation.Property;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.slf4j.MDC;

/// Begins an [Exchange] with every call, asks for its key, and ends it with the answer.
///
/// A stream is no exchange: each of its messages is one.
@Singleton
public final class GrpcExchanges implements ServerInterceptor {

    private static final Context.Key<Exchange> EXCHANGE = Context.key("unmask.exchange");
    private static final Metadata.Key<String> ENCODING =
            Metadata.Key.of("grpc-encoding", Metadata.ASCII_STRING_MARSHALLER);
    static final String SERVICE = "inference.GRPCInferenceService";
    private static final String LIVENESS = "/" + SERVICE + "/ServerLive";
    private static final String HEALTH = "/grpc.health.v1.Health/";
    private static final Set<MethodType> STREAMS =
            Set.of(MethodType.CLIENT_STREAMING, MethodType.SERVER_STREAMING, MethodType.BIDI_STREAMING);

    private static final Status DRAINING = Status.UNAVAILABLE.withDescription("the service is draining");

    private final Duration patience;
    private final List<Witness> witnesses;
    private final Keys keys;
    private final Inflow inflow;
    private final AtomicInteger open = new AtomicInteger();
    private final Set<GrpcStream> streams = ConcurrentHashMap.newKeySet();

    /// What an exchange took of the bytes that may be in work.
    private record Taken(long bytes) {}

    GrpcExchanges(
            @Property(name = "unmask.request-timeout") Duration patience,
            List<Witness> witnesses,
            Keys keys,
            Inflow inflow) {
        this.patience = patience;
        this.witnesses = witnesses;
        this.keys = keys;
        this.inflow = inflow;
    }

    /// The exchange of the call that this thread serves; of a stream, that which its messages' come after.
    static Exchange current() {
        return EXCHANGE.get();
    }

    /// Calls of the protocol that have no answer yet, and streams of it.
    public int open() {
        return open.get();
    }

    /// Ends streams as soon as what has come by them is answered.
    public void drain() {
        streams.forEach(stream -> stream.end(DRAINING));
    }

    @Override
    public <Q, A> Listener<Q> interceptCall(ServerCall<Q, A> call, Metadata metadata, ServerCallHandler<Q, A> next) {
        MethodDescriptor<Q, A> method = call.getMethodDescriptor();
        GrpcHead head = GrpcHead.of(method, metadata, Context.current());
        boolean isStream = STREAMS.contains(method.getType());
        Exchange exchange = new Exchange(head, patience());
        if (!isStream) {
            began(exchange);
        }
        GrpcCall<Q, A> ours = new GrpcCall<>(call, exchange, this, isStream);
        AtomicInteger counted = SERVICE.equals(method.getServiceName()) ? open : new AtomicInteger();
        counted.incrementAndGet();
        return in(exchange, () -> new Events<>(listen(ours, exchange, metadata, next), ours, exchange, counted));
    }

    private <Q, A> Listener<Q> listen(
            GrpcCall<Q, A> call, Exchange exchange, Metadata metadata, ServerCallHandler<Q, A> next) {
        try {
            identify(exchange);
            call.packAs(metadata.get(ENCODING));
            return Contexts.interceptCall(Context.current().withValue(EXCHANGE, exchange), call, metadata, next);
        } catch (RuntimeException e) {
            call.refuse(e);
            return new Listener<>() {};
        }
    }

    /// Begins the exchange of one message of a stream.
    Exchange next(Exchange stream) {
        Exchange exchange = new Exchange(stream.head(), patience());
        began(exchange);
        exchange.comesFrom(stream.caller());
        return exchange;
    }

    void began(Exchange exchange) {
        witnesses.forEach(witness -> witness.began(exchange));
    }

    /// Asks whether a message of so many bytes may be worked on now.
    void take(Exchange exchange, long bytes) {
        inflow.take(bytes);
        exchange.attach(new Taken(bytes));
    }

    void end(Exchange exchange, int status, long bytes) {
        exchange.attached(Taken.class).ifPresent(taken -> inflow.giveBack(taken.bytes()));
        witnesses.forEach(witness -> witness.ended(exchange, status, bytes));
    }

    void opened(GrpcStream stream) {
        streams.add(stream);
    }

    void closed(GrpcStream stream) {
        streams.remove(stream);
    }

    /// Does a part of the work on an exchange, so that its marks are in what is logged.
    static <T> T in(Exchange exchange, Supplier<T> work) {
        MDC.setContextMap(exchange.marks());
        try {
            return work.get();
        } finally {
            MDC.clear();
        }
    }

    /// Health is told to everybody, as probes have no keys.
    private void identify(Exchange exchange) {
        if (exchange.head() instanceof GrpcHead head
                && !head.path().equals(LIVENESS)
                && !head.path().startsWith(HEALTH)) {
            exchange.comesFrom(keys.caller(head.all("authorization"), head.all("x-api-key")));
        }
    }

    /// The service's own, or the call's deadline if that is earlier.
    private Duration patience() {
        Deadline deadline = Context.current().getDeadline();
        if (deadline == null) {
            return patience;
        }
        Duration left = Duration.ofNanos(deadline.timeRemaining(TimeUnit.NANOSECONDS));
        return left.compareTo(patience) < 0 ? left : patience;
    }

    /// What happens to a call, each event on a thread that may wait.
    private static final class Events<Q, A> extends SimpleForwardingServerCallListener<Q> {

        private final GrpcCall<Q, A> call;
        private final Exchange exchange;
        private final AtomicInteger open;

        Events(Listener<Q> delegate, GrpcCall<Q, A> call, Exchange exchange, AtomicInteger open) {
            super(delegate);
            this.call = call;
            this.exchange = exchange;
            this.open = open;
        }

        @Override
        public void onMessage(Q message) {
            guarded(() -> super.onMessage(message));
        }

        @Override
        public void onHalfClose() {
            guarded(super::onHalfClose);
        }

        @Override
        public void onReady() {
            guarded(super::onReady);
        }

        @Override
        public void onComplete() {
            open.decrementAndGet();
            guarded(super::onComplete);
        }

        @Override
        public void onCancel() {
            open.decrementAndGet();
            guarded(super::onCancel);
            call.cancelled();
        }

        private void guarded(Runnable event) {
            in(exchange, () -> {
                try {
                    event.run();
                } catch (RuntimeException e) {
                    call.refuse(e);
                }
                return true;
            });
        }
    }
}
