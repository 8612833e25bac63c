package dev.unmask.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.ListenableFuture;
import dev.unmask.oip.GrpcCalls;
import dev.unmask.oip.Heard;
import dev.unmask.oip.proto.GRPCInferenceServiceGrpc;
import dev.unmask.oip.proto.OpenInference.ModelInferRequest;
import dev.unmask.oip.proto.OpenInference.ModelInferResponse;
import dev.unmask.oip.proto.OpenInference.ModelStreamInferResponse;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What happens on SIGTERM, to a process of its own that is busy.
@Timeout(120)
class ShutdownTest {

    private static final int CALLERS = 8;
    private static final int TERMINATED = 128 + 15;
    private static final int GRACE = 20;
    private static final String NOT_CONNECTED = "not connected";
    private static final String NOT_HEARD = "closed before it was heard";

    /// @param begun nanoseconds
    private record Outcome(long begun, String status) {}

    /// A newcomer may also find its connection closed before it was heard: the port closes while it knocks.
    @Test
    void acceptedRequestsAreAnsweredAndNewcomersTurnedAway() throws Exception {
        byte[] photo = Files.readAllBytes(Path.of("photos/chelsea.jpg"));
        try (ServeProcess service = ServeProcess.start(List.of(), "--port", "0", "--host", "127.0.0.1")) {
            URI uri = service.ready().resolve("/v1/reconstruct");
            Queue<Outcome> outcomes = new ConcurrentLinkedQueue<>();
            CountDownLatch busy = new CountDownLatch(3 * CALLERS);
            List<Thread> callers = IntStream.range(0, CALLERS)
                    .mapToObj(_ -> Thread.startVirtualThread(() -> callUntilTurnedAway(uri, photo, outcomes, busy)))
                    .toList();
            busy.await();
            long told = System.nanoTime();
            service.process().destroy();
            for (Thread caller : callers) {
                caller.join();
            }
            assertThat(service.process().waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(service.process().exitValue()).isEqualTo(TERMINATED);
            assertThat(outcomes)
                    .filteredOn(outcome -> outcome.begun() < told)
                    .extracting(Outcome::status)
                    .contains("200")
                    .isSubsetOf("200", "503");
            assertThat(outcomes).extracting(Outcome::status).isSubsetOf("200", "503", NOT_CONNECTED, NOT_HEARD);
        }
    }

    /// An open stream and a watcher would last for ever; neither keeps the service from stopping, nor loses an answer.
    @Test
    void acceptedCallsAreAnsweredAndStreamsEnd() throws Exception {
        byte[] photo = Files.readAllBytes(Path.of("photos/chelsea.jpg"));
        try (ServeProcess service = ServeProcess.start(List.of(), "--port", "0", "--host", "127.0.0.1")) {
            service.ready();
            ManagedChannel channel = GrpcCalls.channel(service.grpcPort());
            Heard<HealthCheckResponse> watch = new Heard<>();
            HealthGrpc.newStub(channel).watch(HealthCheckRequest.getDefaultInstance(), watch);
            assertThat(watch.answers.take().getStatus()).isEqualTo(ServingStatus.SERVING);
            Heard<ModelStreamInferResponse> streamed = new Heard<>();
            StreamObserver<ModelInferRequest> stream =
                    GRPCInferenceServiceGrpc.newStub(channel).modelStreamInfer(streamed);
            for (int i = 0; i < CALLERS; i++) {
                stream.onNext(request(photo));
            }
            List<ListenableFuture<ModelInferResponse>> calls = IntStream.range(0, CALLERS)
                    .mapToObj(
                            _ -> GRPCInferenceServiceGrpc.newFutureStub(channel).modelInfer(request(photo)))
                    .toList();
            ModelStreamInferResponse first = streamed.answers.take(); // so all have come
            long told = System.nanoTime();
            service.process().destroy();
            assertThat(service.process().waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(service.process().exitValue()).isEqualTo(TERMINATED);
            assertThat(System.nanoTime() - told).isLessThan(TimeUnit.SECONDS.toNanos(GRACE));
            assertThat(first.getErrorMessage()).isEmpty();
            for (ListenableFuture<ModelInferResponse> call : calls) {
                assertThat(outcome(call)).isIn(Status.Code.OK, Status.Code.UNAVAILABLE);
            }
            assertThat(watch.answers.take().getStatus()).isEqualTo(ServingStatus.NOT_SERVING);
            assertThat(streamed.end.take().getDescription()).isEqualTo("the service is draining");
            assertThat(streamed.answers).hasSize(CALLERS - 1);
            channel.shutdownNow();
        }
    }

    private static ModelInferRequest request(byte[] photo) {
        byte[] element = ByteBuffer.allocate(Integer.BYTES + photo.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(photo.length)
                .put(photo)
                .array();
        return GrpcCalls.raw("mae-tiny_image", "image", "BYTES", "cls", List.of(1L, 1L), element)
                .build();
    }

    private static Status.Code outcome(ListenableFuture<ModelInferResponse> call) throws InterruptedException {
        try {
            assertThat(call.get().getOutputsCount()).isEqualTo(1);
            return Status.Code.OK;
        } catch (ExecutionException e) {
            return Status.fromThrowable(e).getCode();
        }
    }

    /// Each call comes on a connection of its own, so that a connection which the service may close is never reused.
    private static void callUntilTurnedAway(URI uri, byte[] photo, Queue<Outcome> outcomes, CountDownLatch busy) {
        Outcome outcome;
        do {
            long begun = System.nanoTime();
            outcome = new Outcome(begun, call(uri, photo));
            outcomes.add(outcome);
            busy.countDown();
        } while (outcome.status().equals("200"));
    }

    private static String call(URI uri, byte[] photo) {
        try (HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            HttpRequest request = HttpRequest.newBuilder(uri)
                    .header("content-type", "image/jpeg")
                    .POST(BodyPublishers.ofByteArray(photo))
                    .build();
            return Integer.toString(
                    client.send(request, BodyHandlers.ofString()).statusCode());
        } catch (ConnectException _) {
            return NOT_CONNECTED;
        } catch (IOException e) {
            return String.valueOf(e.getMessage()).contains("received no bytes") ? NOT_HEARD : e.toString();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
