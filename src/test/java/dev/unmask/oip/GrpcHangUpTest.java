package dev.unmask.oip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.rpc.RetryInfo;
import dev.unmask.batch.Batcher;
import dev.unmask.batch.Listener;
import dev.unmask.batch.Policy;
import dev.unmask.door.Exchange;
import dev.unmask.door.Witness;
import dev.unmask.oip.proto.GRPCInferenceServiceGrpc;
import dev.unmask.oip.proto.OpenInference.ModelInferRequest;
import dev.unmask.oip.proto.OpenInference.ModelInferResponse;
import dev.unmask.oip.proto.OpenInference.ModelStreamInferResponse;
import dev.unmask.server.GrpcServer;
import dev.unmask.task.Catalog;
import dev.unmask.web.Held;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import io.micronaut.context.annotation.Property;
import io.micronaut.context.annotation.Requires;
import io.micronaut.test.extensions.junit5.annotation.MicronautTest;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Callers by gRPC who wait for a model that is busy: those who hang up cost it nothing.
@MicronautTest
@Property(name = "unmask.models", value = "src/test/resources/bundles/encoder")
@Property(name = "test.watches", value = "true")
@Timeout(60)
class GrpcHangUpTest implements Listener {

    private final Seen seen;
    private final Catalog catalog;
    private final ManagedChannel channel;
    private final LinkedBlockingQueue<Integer> queued = new LinkedBlockingQueue<>();
    private final Held held = new Held();
    private final Batcher batcher = Batcher.start(List.of(held), new Policy(1, 8192, Duration.ZERO, 1), this);

    GrpcHangUpTest(GrpcServer server, Seen seen, Catalog catalog) {
        this.seen = seen;
        this.catalog = catalog;
        this.channel = GrpcCalls.channel(server.port());
    }

    @BeforeEach
    void serveTheBusyModel() {
        catalog.put(batcher);
    }

    @AfterEach
    void stop() {
        channel.shutdownNow();
        held.release(1000);
        catalog.remove(Held.NAME);
        batcher.close();
    }

    @Override
    public void queued(int rows, int depth) {
        queued.add(depth);
    }

    @Test
    void aCallThatIsCancelledWhileItWaitsCostsNoRun() throws Exception {
        ListenableFuture<ModelInferResponse> first = busy();
        waiting(request()).cancel(true);
        seen.awaitGone();
        onlyTheOthersRun(first);
    }

    @Test
    void aCallWhoseDeadlinePassesWhileItWaitsCostsNoRun() throws Exception {
        ListenableFuture<ModelInferResponse> first = busy();
        ListenableFuture<ModelInferResponse> second = GRPCInferenceServiceGrpc.newFutureStub(channel)
                .withDeadlineAfter(300, TimeUnit.MILLISECONDS)
                .modelInfer(request());
        queued.take();
        assertThat(refusal(second).getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
        seen.awaitGone();
        onlyTheOthersRun(first);
    }

    @Test
    void aRequestWhoseTimeoutPassesWhileItWaitsIsRefused() throws Exception {
        ListenableFuture<ModelInferResponse> first = busy();
        ListenableFuture<ModelInferResponse> second = waiting(request().toBuilder()
                .putParameters("timeout", GrpcCalls.number(200_000))
                .build());
        Status refusal = refusal(second);
        assertThat(refusal.getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
        assertThat(refusal.getDescription()).startsWith("deadline passed");
        onlyTheOthersRun(first);
    }

    @Test
    void aFullQueueRefusesAtOnceAndSaysWhenToComeBack() throws Exception {
        ListenableFuture<ModelInferResponse> first = busy();
        ListenableFuture<ModelInferResponse> second = waiting(request());
        assertThatThrownBy(
                        () -> GRPCInferenceServiceGrpc.newBlockingStub(channel).modelInfer(request()))
                .isInstanceOfSatisfying(StatusRuntimeException.class, refusal -> {
                    assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
                    assertThat(refusal.getStatus().getDescription()).contains("queue is full at 1");
                    com.google.rpc.Status status = Objects.requireNonNull(StatusProto.fromThrowable(refusal));
                    assertThat(status.getDetailsList())
                            .singleElement()
                            .satisfies(detail -> assertThat(detail.unpack(RetryInfo.class)
                                            .getRetryDelay()
                                            .getSeconds())
                                    .isPositive());
                });
        held.release(2);
        assertThat(first.get().getOutputsCount()).isEqualTo(1);
        assertThat(second.get().getOutputsCount()).isEqualTo(1);
    }

    @Test
    void aStreamThatIsCancelledCostsNoMoreRuns() throws Exception {
        ListenableFuture<ModelInferResponse> first = busy();
        Context.CancellableContext call = Context.current().withCancellation();
        call.run(() -> {
            StreamObserver<ModelInferRequest> stream =
                    GRPCInferenceServiceGrpc.newStub(channel).modelStreamInfer(new Ignored());
            stream.onNext(request());
        });
        queued.take();
        call.cancel(null);
        seen.awaitGone();
        onlyTheOthersRun(first);
    }

    /// A call whose row keeps the model busy.
    private ListenableFuture<ModelInferResponse> busy() throws InterruptedException {
        ListenableFuture<ModelInferResponse> call = waiting(request());
        held.awaitRun();
        return call;
    }

    /// A call whose row waits in the queue.
    private ListenableFuture<ModelInferResponse> waiting(ModelInferRequest request) throws InterruptedException {
        ListenableFuture<ModelInferResponse> call =
                GRPCInferenceServiceGrpc.newFutureStub(channel).modelInfer(request);
        queued.take();
        return call;
    }

    private void onlyTheOthersRun(ListenableFuture<ModelInferResponse> first) throws Exception {
        held.release(1);
        assertThat(first.get().getOutputsCount()).isEqualTo(1);
        ListenableFuture<ModelInferResponse> third = waiting(request());
        held.release(1);
        assertThat(third.get().getOutputsCount()).isEqualTo(1);
        assertThat(held.rows()).isEqualTo(2);
    }

    private static ModelInferRequest request() {
        return GrpcCalls.pixels(Held.NAME, "cls").build();
    }

    private static Status refusal(ListenableFuture<ModelInferResponse> call) {
        AtomicReference<Status> status = new AtomicReference<>(Status.OK);
        assertThatThrownBy(call::get).isInstanceOfSatisfying(ExecutionException.class, failure -> {
            status.set(Status.fromThrowable(failure));
        });
        return status.get();
    }

    private static final class Ignored implements StreamObserver<ModelStreamInferResponse> {

        @Override
        public void onNext(ModelStreamInferResponse answer) {}

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onCompleted() {}
    }

    /// The newest request, as the service sees it.
    @Singleton
    @Requires(property = "test.watches")
    static final class Seen implements Witness {

        private final AtomicReference<Exchange> newest = new AtomicReference<>();

        @Override
        public void began(Exchange exchange) {
            newest.set(exchange);
        }

        void awaitGone() {
            while (!newest.get().abandoned()) {
                Thread.onSpinWait();
            }
        }
    }
}
