package dev.unmask.oip;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unmask.door.Exchange;
import dev.unmask.oip.proto.OpenInference.ModelInferRequest;
import dev.unmask.oip.proto.OpenInference.ModelInferResponse;
import dev.unmask.oip.proto.OpenInference.ModelStreamInferResponse;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// The order and the bounds of a stream, step by step: work is done when the test says so.
class GrpcStreamTest {

    private final FakeCaller caller = new FakeCaller();
    private final List<Runnable> work = new ArrayList<>();
    private final GrpcStream stream = new GrpcStream(
            caller,
            () -> new Exchange(new GrpcHead("/m", "/m", new Metadata(), Context.ROOT), Duration.ofSeconds(1)),
            (request, _) -> ModelStreamInferResponse.newBuilder()
                    .setInferResponse(ModelInferResponse.newBuilder().setId(request.getId()))
                    .build(),
            work::add);

    @Test
    void answersComeInTheOrderOfTheRequests() {
        send("a", "b", "c");
        work.get(2).run();
        work.get(1).run();
        assertThat(caller.ids).isEmpty();
        work.get(0).run();
        assertThat(caller.ids).containsExactly("a", "b", "c");
    }

    @Test
    void aPlaceIsFreeAgainWhenItsAnswerIsOnItsWay() {
        assertThat(caller.requested).isEqualTo(GrpcStream.PLACES);
        send("a", "b");
        work.get(1).run();
        assertThat(caller.requested).isEqualTo(GrpcStream.PLACES);
        work.get(0).run();
        assertThat(caller.requested).isEqualTo(GrpcStream.PLACES + 2);
    }

    @Test
    void aCallerWhoDoesNotReadIsNotHeard() {
        caller.reads = false;
        send("a", "b");
        work.forEach(Runnable::run);
        assertThat(caller.ids).isEmpty();
        assertThat(caller.requested).isEqualTo(GrpcStream.PLACES);
        caller.reads = true;
        Objects.requireNonNull(caller.onReady).run();
        assertThat(caller.ids).containsExactly("a", "b");
        assertThat(caller.requested).isEqualTo(GrpcStream.PLACES + 2);
    }

    @Test
    void whatIsInWorkIsAnsweredBeforeTheStreamEnds() {
        send("a");
        stream.onCompleted();
        assertThat(caller.end).isNull();
        work.get(0).run();
        assertThat(caller.ids).containsExactly("a");
        assertThat(caller.end).isEqualTo(Status.Code.OK);
    }

    @Test
    void aStreamWithoutWorkEndsAtOnce() {
        stream.end(Status.UNAVAILABLE);
        assertThat(caller.end).isEqualTo(Status.Code.UNAVAILABLE);
        stream.onCompleted();
        assertThat(caller.end).isEqualTo(Status.Code.UNAVAILABLE);
    }

    private void send(String... ids) {
        for (String id : ids) {
            stream.onNext(ModelInferRequest.newBuilder().setId(id).build());
        }
    }

    private static final class FakeCaller extends ServerCallStreamObserver<ModelStreamInferResponse> {

        private final List<String> ids = new ArrayList<>();
        private int requested;
        private boolean reads = true;
        private @Nullable Runnable onReady;
        private Status.@Nullable Code end;

        @Override
        public void onNext(ModelStreamInferResponse answer) {
            ids.add(answer.getInferResponse().getId());
        }

        @Override
        public void onError(Throwable failure) {
            end(Status.fromThrowable(failure));
        }

        @Override
        public void onCompleted() {
            end(Status.OK);
        }

        private void end(Status status) {
            assertThat(end).isNull();
            end = status.getCode();
        }

        @Override
        public void request(int count) {
            requested += count;
        }

        @Override
        public boolean isReady() {
            return reads;
        }

        @Override
        public void setOnReadyHandler(Runnable handler) {
            onReady = handler;
        }

        @Override
        public void disableAutoRequest() {}

        @Override
        public void disableAutoInboundFlowControl() {}

        @Override
        public boolean isCancelled() {
            return false;
        }

        @Override
        public void setOnCancelHandler(Runnable handler) {}

        @Override
        public void setCompression(String compression) {}

        @Override
        public void setMessageCompression(boolean enable) {}
    }
}
