package dev.unmask.oip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unmask.oip.proto.GRPCInferenceServiceGrpc;
import dev.unmask.oip.proto.OpenInference.ModelInferRequest;
import dev.unmask.oip.proto.OpenInference.ModelInferResponse;
import dev.unmask.oip.proto.OpenInference.ModelStreamInferResponse;
import dev.unmask.oip.proto.OpenInference.ServerLiveRequest;
import dev.unmask.oip.proto.OpenInference.ServerReadyRequest;
import dev.unmask.server.GrpcServer;
import dev.unmask.task.Catalog;
import dev.unmask.web.Held;
import io.grpc.Codec;
import io.grpc.CompressorRegistry;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.micronaut.context.annotation.Property;
import io.micronaut.test.extensions.junit5.annotation.MicronautTest;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What holds for every call by gRPC: streams, limits, packing, health, connections that are kept alive, reflection.
@MicronautTest
@Property(name = "unmask.models", value = "src/test/resources/bundles/visualize")
@Property(name = "unmask.grpc.max-message-size", value = "64KB")
@Timeout(60)
class GrpcServingTest {

    private static final int LIMIT = 64 << 10;
    private static final String SERVICE = "inference.GRPCInferenceService";

    private final int port;
    private final Catalog catalog;
    private final ManagedChannel channel;

    GrpcServingTest(GrpcServer server, Catalog catalog) {
        this.port = server.port();
        this.catalog = catalog;
        this.channel = GrpcCalls.channel(port);
    }

    @AfterEach
    void theNextGoodRequestSucceeds() {
        assertThat(infer(channel, request()).getOutputsCount()).isEqualTo(1);
        channel.shutdownNow();
    }

    @Test
    void aStreamAnswersInOrderAndSurvivesABadRequest() throws Exception {
        Heard<ModelStreamInferResponse> heard = new Heard<>();
        StreamObserver<ModelInferRequest> stream =
                GRPCInferenceServiceGrpc.newStub(channel).modelStreamInfer(heard);
        for (int i = 0; i < 100; i++) {
            String output = i == 50 ? "nosuch" : i % 2 == 0 ? "cls" : "image";
            stream.onNext(GrpcCalls.pixels("visualize", output)
                    .setId(Integer.toString(i))
                    .build());
        }
        stream.onCompleted();
        assertThat(heard.end.take()).isEqualTo(Status.OK);
        List<ModelStreamInferResponse> all = List.copyOf(heard.answers);
        assertThat(all)
                .extracting(answer -> answer.getInferResponse().getId())
                .containsExactlyElementsOf(
                        IntStream.range(0, 100).mapToObj(Integer::toString).toList());
        for (int i = 0; i < 100; i++) {
            assertThat(all.get(i).getErrorMessage()).startsWith(i == 50 ? "there is no output 'nosuch'" : "");
            assertThat(all.get(i).getErrorMessage().isEmpty()).isEqualTo(i != 50);
            assertThat(all.get(i).getInferResponse().getOutputsCount()).isEqualTo(i == 50 ? 0 : 1);
        }
    }

    @Test
    void aMessageThatIsTooLargeIsRefusedWithTheLimit() {
        byte[] large = new byte[LIMIT];
        ModelInferRequest request = GrpcCalls.raw(
                        "visualize", "pixels", "UINT8", "cls", List.of(1L, (long) LIMIT), large)
                .build();
        exhausted(() -> infer(channel, request), request.getSerializedSize());
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "deflate"})
    void messagesArePackedBothWays(String encoding) {
        ManagedChannel packing = packing(GrpcCoding.packing());
        AtomicReference<Metadata> headers = new AtomicReference<>();
        try {
            ModelInferResponse answer = GRPCInferenceServiceGrpc.newBlockingStub(packing)
                    .withCompression(encoding)
                    .withInterceptors(MetadataUtils.newCaptureMetadataInterceptor(headers, new AtomicReference<>()))
                    .modelInfer(request());
            assertThat(answer.getRawOutputContentsList())
                    .isEqualTo(infer(channel, request()).getRawOutputContentsList());
            assertThat(headers.get().get(Metadata.Key.of("grpc-encoding", Metadata.ASCII_STRING_MARSHALLER)))
                    .isEqualTo(encoding);
        } finally {
            packing.shutdownNow();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "deflate"})
    void whatIsPackedMayNotBeLargerUnpacked(String encoding) {
        ManagedChannel packing = packing(GrpcCoding.packing());
        byte[] large = new byte[5 << 20]; // of zeros, which are some 20 KB when they are packed
        ModelInferRequest request = GrpcCalls.raw("visualize", "pixels", "UINT8", "cls", List.of(1L, 5L << 20), large)
                .build();
        try {
            assertThatThrownBy(() -> GRPCInferenceServiceGrpc.newBlockingStub(packing)
                            .withCompression(encoding)
                            .modelInfer(request))
                    .isInstanceOfSatisfying(StatusRuntimeException.class, refusal -> {
                        assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
                        assertThat(refusal.getStatus().getDescription())
                                .contains("Decompressed", Integer.toString(LIMIT));
                    });
        } finally {
            packing.shutdownNow();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "deflate"})
    void whatIsNotPackedAsItSaysIsRefused(String encoding) {
        CompressorRegistry wrong = CompressorRegistry.newEmptyInstance();
        wrong.register(new Codec() {
            @Override
            public String getMessageEncoding() {
                return encoding;
            }

            @Override
            public InputStream decompress(InputStream packed) {
                return packed;
            }

            @Override
            public OutputStream compress(OutputStream packed) {
                return packed;
            }
        });
        ManagedChannel packing = packing(wrong);
        try {
            assertThatThrownBy(() -> GRPCInferenceServiceGrpc.newBlockingStub(packing)
                            .withCompression(encoding)
                            .modelInfer(request()))
                    .isInstanceOfSatisfying(StatusRuntimeException.class, refusal -> {
                        assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
                        assertThat(refusal.getStatus().getDescription())
                                .startsWith("the message is no ModelInferRequest");
                    });
        } finally {
            packing.shutdownNow();
        }
    }

    @Test
    void healthFollowsReadiness() {
        HealthGrpc.HealthBlockingStub health = HealthGrpc.newBlockingStub(channel);
        for (String name : List.of("", SERVICE)) {
            assertThat(health.check(asked(name)).getStatus()).isEqualTo(ServingStatus.SERVING);
        }
        assertThatThrownBy(() -> health.check(asked("nosuch")))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        refusal -> assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND));
        Iterator<HealthCheckResponse> watched = health.watch(asked(SERVICE));
        assertThat(watched.next().getStatus()).isEqualTo(ServingStatus.SERVING);
        Held held = new Held();
        catalog.announce(held.card());
        assertThat(watched.next().getStatus()).isEqualTo(ServingStatus.NOT_SERVING);
        GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub service =
                GRPCInferenceServiceGrpc.newBlockingStub(channel);
        assertThat(service.serverReady(ServerReadyRequest.getDefaultInstance()).getReady())
                .isFalse();
        assertThat(service.serverLive(ServerLiveRequest.getDefaultInstance()).getLive())
                .isTrue();
        catalog.put(held);
        assertThat(watched.next().getStatus()).isEqualTo(ServingStatus.SERVING);
        catalog.remove(Held.NAME);
    }

    /// Frames of HTTP/2 (RFC 9113), for Java's client pings too seldom. With what grpc permits by itself, the server
    /// would
    /// end the connection upon the third ping.
    @Test
    void aConnectionMayBeKeptAliveWithPings() throws IOException {
        byte[] preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        byte[] settings = {0, 0, 0, 4, 0, 0, 0, 0, 0};
        byte[] ping = {0, 0, 8, 6, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8};
        List<String> frames = new ArrayList<>(); // their types and flags
        try (Socket socket = new Socket("localhost", port)) {
            socket.getOutputStream().write(preface);
            socket.getOutputStream().write(settings);
            for (int i = 0; i < 5; i++) {
                socket.getOutputStream().write(ping);
                readUntilQuiet(socket, 200, frames);
            }
        }
        assertThat(frames).filteredOn(frame -> frame.startsWith("6")).hasSize(5).containsOnly("6 1");
        assertThat(frames).noneMatch(frame -> frame.startsWith("7")); // GOAWAY
    }

    private static void readUntilQuiet(Socket socket, int millis, List<String> frames) throws IOException {
        socket.setSoTimeout(millis);
        DataInputStream in = new DataInputStream(socket.getInputStream());
        try {
            while (true) {
                byte[] head = new byte[9];
                in.readFully(head);
                frames.add(head[3] + " " + head[4]);
                in.readFully(new byte[(head[1] & 0xFF) << 8 | (head[2] & 0xFF)]);
            }
        } catch (SocketTimeoutException | EOFException _) {
            // quiet, or closed
        }
    }

    @Test
    void toolsAreToldWhatThereIsToCall() throws Exception {
        String[] services = {
            SERVICE,
            "grpc.health.v1.Health",
            "grpc.reflection.v1.ServerReflection",
            "grpc.reflection.v1alpha.ServerReflection"
        };
        LinkedBlockingQueue<Object> told = new LinkedBlockingQueue<>();
        io.grpc.reflection.v1.ServerReflectionGrpc.newStub(channel)
                .serverReflectionInfo(into(told))
                .onNext(io.grpc.reflection.v1.ServerReflectionRequest.newBuilder()
                        .setListServices("")
                        .build());
        assertThat(told.take())
                .isInstanceOfSatisfying(
                        io.grpc.reflection.v1.ServerReflectionResponse.class,
                        answer -> assertThat(answer.getListServicesResponse().getServiceList())
                                .extracting(io.grpc.reflection.v1.ServiceResponse::getName)
                                .containsExactlyInAnyOrder(services));
        io.grpc.reflection.v1.ServerReflectionGrpc.newStub(channel)
                .serverReflectionInfo(into(told))
                .onNext(io.grpc.reflection.v1.ServerReflectionRequest.newBuilder()
                        .setFileContainingSymbol(SERVICE)
                        .build());
        assertThat(told.take())
                .isInstanceOfSatisfying(
                        io.grpc.reflection.v1.ServerReflectionResponse.class,
                        answer -> assertThat(answer.getFileDescriptorResponse()
                                        .getFileDescriptorProto(0)
                                        .toStringUtf8())
                                .contains("ModelStreamInfer"));
        io.grpc.reflection.v1alpha.ServerReflectionGrpc.newStub(channel)
                .serverReflectionInfo(into(told))
                .onNext(io.grpc.reflection.v1alpha.ServerReflectionRequest.newBuilder()
                        .setListServices("")
                        .build());
        assertThat(told.take())
                .isInstanceOfSatisfying(
                        io.grpc.reflection.v1alpha.ServerReflectionResponse.class,
                        answer -> assertThat(answer.getListServicesResponse().getServiceList())
                                .extracting(io.grpc.reflection.v1alpha.ServiceResponse::getName)
                                .containsExactlyInAnyOrder(services));
    }

    private static ModelInferRequest request() {
        return GrpcCalls.pixels("visualize", "cls").build();
    }

    private static ModelInferResponse infer(ManagedChannel channel, ModelInferRequest request) {
        return GRPCInferenceServiceGrpc.newBlockingStub(channel).modelInfer(request);
    }

    private static HealthCheckRequest asked(String service) {
        return HealthCheckRequest.newBuilder().setService(service).build();
    }

    private ManagedChannel packing(CompressorRegistry how) {
        return NettyChannelBuilder.forAddress("localhost", port)
                .usePlaintext()
                .compressorRegistry(how)
                .decompressorRegistry(GrpcCoding.unpacking())
                .build();
    }

    private static void exhausted(ThrowingCallable call, int size) {
        assertThatThrownBy(call).isInstanceOfSatisfying(StatusRuntimeException.class, refusal -> {
            assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
            assertThat(refusal.getStatus().getDescription())
                    .contains(Integer.toString(LIMIT))
                    .contains(Integer.toString(size));
        });
    }

    private static <T> StreamObserver<T> into(BlockingQueue<Object> told) {
        return new StreamObserver<>() {
            @Override
            public void onNext(T answer) {
                told.add(answer);
            }

            @Override
            public void onError(Throwable failure) {
                told.add(failure);
            }

            @Override
            public void onCompleted() {}
        };
    }
}
