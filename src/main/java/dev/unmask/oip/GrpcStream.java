package dev.unmask.oip;

import dev.unmask.door.Exchange;
import dev.unmask.oip.proto.OpenInference.ModelInferRequest;
import dev.unmask.oip.proto.OpenInference.ModelStreamInferResponse;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/// A stream of requests: several are worked on at a time, all are answered in their order. A refusal is an answer too.
///
/// A request is taken in only when there is a place for it, and its place is free again when its answer is on its way:
/// so a caller who does not read is soon not heard.
final class GrpcStream implements StreamObserver<ModelInferRequest> {

    static final int PLACES = 32;

    private final ServerCallStreamObserver<ModelStreamInferResponse> caller;
    private final Supplier<Exchange> begin;
    private final BiFunction<ModelInferRequest, Exchange, ModelStreamInferResponse> work;
    private final Executor workers;
    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<CompletableFuture<ModelStreamInferResponse>> answers =
            new ArrayDeque<>(); // guarded by the lock
    private Status end = Status.OK; // guarded by the lock
    private boolean ending; // guarded by the lock: no more requests come
    private boolean ended; // guarded by the lock

    /// Called before a request has come.
    ///
    /// @param begin begins the exchange of a request
    GrpcStream(
            ServerCallStreamObserver<ModelStreamInferResponse> caller,
            Supplier<Exchange> begin,
            BiFunction<ModelInferRequest, Exchange, ModelStreamInferResponse> work,
            Executor workers) {
        this.caller = caller;
        this.begin = begin;
        this.work = work;
        this.workers = workers;
        caller.disableAutoRequest();
        caller.setOnReadyHandler(this::send);
        caller.request(PLACES);
    }

    @Override
    public void onNext(ModelInferRequest request) {
        Exchange exchange = begin.get();
        CompletableFuture<ModelStreamInferResponse> answer = new CompletableFuture<>();
        locked(() -> answers.add(answer));
        workers.execute(() -> {
            try {
                answer.complete(GrpcExchanges.in(exchange, () -> work.apply(request, exchange)));
            } finally {
                answer.cancel(false); // unless there is one
                send();
            }
        });
    }

    @Override
    public void onError(Throwable gone) {
        onCompleted();
    }

    @Override
    public void onCompleted() {
        end(Status.OK);
    }

    /// Ends the stream when all that has come is answered.
    void end(Status status) {
        locked(() -> {
            if (!ending) {
                ending = true;
                end = status;
            }
        });
        send();
    }

    private void send() {
        locked(() -> {
            while (!ended && !answers.isEmpty() && answers.getFirst().isDone() && caller.isReady()) {
                send(answers.removeFirst());
            }
            if (!ended && ending && answers.isEmpty()) {
                close(end);
            }
        });
    }

    private void send(CompletableFuture<ModelStreamInferResponse> answer) {
        if (answer.isCancelled()) {
            close(Status.INTERNAL.withDescription("a request of the stream could not be answered"));
        } else {
            caller.onNext(answer.join());
            caller.request(1);
        }
    }

    private void close(Status status) {
        ended = true;
        if (status.isOk()) {
            caller.onCompleted();
        } else {
            caller.onError(status.asRuntimeException());
        }
    }

    private void locked(Runnable step) {
        lock.lock();
        try {
            step.run();
        } finally {
            lock.unlock();
        }
    }
}
