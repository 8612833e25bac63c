package dev.unmask.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unmask.oip.GrpcCalls;
import dev.unmask.oip.proto.GRPCInferenceServiceGrpc;
import dev.unmask.oip.proto.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import dev.unmask.oip.proto.OpenInference.ModelInferRequest;
import dev.unmask.oip.proto.OpenInference.ModelStreamInferResponse;
import dev.unmask.oip.proto.OpenInference.RepositoryModelUnloadRequest;
import dev.unmask.oip.proto.OpenInference.ServerLiveRequest;
import dev.unmask.oip.proto.OpenInference.ServerReadyRequest;
import dev.unmask.task.Keys;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.micronaut.context.ApplicationContext;
import io.micronaut.runtime.server.EmbeddedServer;
import io.netty.handler.ssl.SslContextBuilder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Who may call by gRPC: those with a certificate, where that is asked for, and with a key.
@Timeout(120)
class GrpcDoorTest {

    @TempDir
    static Path folder;

    private static final String OPERATOR = Keys.random();
    private static final String TENANT = Keys.random();

    private static Certificates certificates;
    private static EmbeddedServer server;
    private static ManagedChannel channel;

    @BeforeAll
    static void start() throws Exception {
        certificates = Certificates.make(folder);
        server = ApplicationContext.run(
                EmbeddedServer.class,
                Map.of(
                        "unmask.models",
                        List.of("src/test/resources/bundles/encoder", "src/test/resources/bundles/visualize"),
                        "unmask.model-control",
                        true,
                        "unmask.tls.certificate",
                        certificates.chain("server"),
                        "unmask.tls.key",
                        certificates.pkcs1("server"),
                        "unmask.tls.client-ca",
                        certificates.chain("ca"),
                        "unmask.keys",
                        List.of(key("operator", OPERATOR, "*", true), key("tenant", TENANT, "encoder", false))));
        channel = channel("client");
    }

    @AfterAll
    static void stop() {
        channel.shutdownNow();
        server.close();
    }

    @AfterEach
    void theNextGoodRequestSucceeds() {
        for (String key : List.of(OPERATOR, TENANT)) {
            assertThat(with("x-api-key", key)
                            .modelInfer(GrpcCalls.pixels("encoder", "cls").build())
                            .getOutputsCount())
                    .isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nobody", "stranger"})
    void whoShowsNoCertificateIsRefused(String alias) throws Exception {
        ManagedChannel other = channel(alias);
        try {
            assertThatThrownBy(() -> GRPCInferenceServiceGrpc.newBlockingStub(other)
                            .serverLive(ServerLiveRequest.getDefaultInstance()))
                    .isInstanceOfSatisfying(
                            StatusRuntimeException.class,
                            refusal -> assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
        } finally {
            other.shutdownNow();
        }
    }

    @Test
    void healthIsToldWithoutAKey() {
        assertThat(GRPCInferenceServiceGrpc.newBlockingStub(channel)
                        .serverLive(ServerLiveRequest.getDefaultInstance())
                        .getLive())
                .isTrue();
        assertThat(HealthGrpc.newBlockingStub(channel)
                        .check(HealthCheckRequest.getDefaultInstance())
                        .getStatusValue())
                .isEqualTo(1);
    }

    @Test
    void everythingElseNeedsAKey() throws Exception {
        GRPCInferenceServiceBlockingStub nobody = GRPCInferenceServiceGrpc.newBlockingStub(channel);
        String none = "a key is needed";
        refused(Status.Code.UNAUTHENTICATED, none, () -> nobody.serverReady(ServerReadyRequest.getDefaultInstance()));
        refused(
                Status.Code.UNAUTHENTICATED,
                none,
                () -> nobody.modelInfer(GrpcCalls.pixels("encoder", "cls").build()));
        LinkedBlockingQueue<Status> ends = new LinkedBlockingQueue<>();
        StreamObserver<ServerReflectionRequest> _ =
                ServerReflectionGrpc.newStub(channel).serverReflectionInfo(into(ends));
        assertThat(ends.take().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
        StreamObserver<ModelInferRequest> _ =
                GRPCInferenceServiceGrpc.newStub(channel).modelStreamInfer(into(ends));
        assertThat(ends.take().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
    }

    @Test
    void aKeyIsKnownByEitherHeader() {
        for (String value : List.of("Bearer " + TENANT, " Bearer " + TENANT, "bearer  " + TENANT)) {
            assertThat(with("authorization", value)
                            .serverReady(ServerReadyRequest.getDefaultInstance())
                            .getReady())
                    .isTrue();
        }
        refused(
                Status.Code.UNAUTHENTICATED,
                "the key is not known",
                () -> with("x-api-key", "wrong").serverReady(ServerReadyRequest.getDefaultInstance()));
        refused(
                Status.Code.UNAUTHENTICATED,
                "the authorization is not of the scheme Bearer",
                () -> with("authorization", TENANT).serverReady(ServerReadyRequest.getDefaultInstance()));
    }

    @Test
    void aKeyOpensItsModelsOnly() {
        refused(
                Status.Code.PERMISSION_DENIED,
                "the key 'tenant' does not open model 'visualize'",
                () -> with("x-api-key", TENANT)
                        .modelInfer(GrpcCalls.pixels("visualize", "cls").build()));
        refused(
                Status.Code.PERMISSION_DENIED,
                "the key 'tenant' does not load or unload models",
                () -> with("x-api-key", TENANT)
                        .repositoryModelUnload(RepositoryModelUnloadRequest.newBuilder()
                                .setModelName("encoder")
                                .build()));
    }

    @Test
    void theRequestsOfAStreamAreTheirCallers() throws Exception {
        LinkedBlockingQueue<ModelStreamInferResponse> answers = new LinkedBlockingQueue<>();
        LinkedBlockingQueue<Status> ends = new LinkedBlockingQueue<>();
        StreamObserver<ModelInferRequest> stream = GRPCInferenceServiceGrpc.newStub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata("x-api-key", TENANT)))
                .modelStreamInfer(into(ends, answers));
        stream.onNext(GrpcCalls.pixels("visualize", "cls").setId("1").build());
        stream.onNext(GrpcCalls.pixels("encoder", "cls").setId("2").build());
        stream.onCompleted();
        assertThat(ends.take()).isEqualTo(Status.OK);
        assertThat(answers.take().getErrorMessage()).isEqualTo("the key 'tenant' does not open model 'visualize'");
        assertThat(answers.take().getInferResponse().getOutputsCount()).isEqualTo(1);
    }

    private static void refused(Status.Code code, String message, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(StatusRuntimeException.class, refusal -> {
            assertThat(refusal.getStatus().getCode()).isEqualTo(code);
            assertThat(refusal.getStatus().getDescription()).startsWith(message).doesNotContain(TENANT, OPERATOR);
        });
    }

    private static GRPCInferenceServiceBlockingStub with(String header, String value) {
        return GRPCInferenceServiceGrpc.newBlockingStub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata(header, value)));
    }

    private static Metadata metadata(String header, String value) {
        Metadata metadata = new Metadata();
        metadata.put(Metadata.Key.of(header, Metadata.ASCII_STRING_MARSHALLER), value);
        return metadata;
    }

    private static Map<String, Object> key(String name, String key, String model, boolean admin) {
        return Map.of("name", name, "sha256", Keys.sha256(key), "models", List.of(model), "admin", admin);
    }

    /// With the certificate of an alias, if there is one.
    private static ManagedChannel channel(String alias) throws Exception {
        SslContextBuilder tls = GrpcSslContexts.forClient()
                .trustManager(certificates.chain("ca").toFile());
        if (!alias.equals("nobody")) {
            tls.keyManager(
                    certificates.chain(alias).toFile(), certificates.key(alias).toFile());
        }
        return NettyChannelBuilder.forAddress(
                        "localhost",
                        server.getApplicationContext().getBean(GrpcServer.class).port())
                .sslContext(tls.build())
                .build();
    }

    private static <T> StreamObserver<T> into(LinkedBlockingQueue<Status> ends) {
        return into(ends, null);
    }

    private static <T> StreamObserver<T> into(
            LinkedBlockingQueue<Status> ends, @Nullable LinkedBlockingQueue<T> answers) {
        return new StreamObserver<>() {
            @Override
            public void onNext(T answer) {
                if (answers != null) {
                    answers.add(answer);
                }
            }

            @Override
            public void onError(Throwable failure) {
                ends.add(Status.fromThrowable(failure));
            }

            @Override
            public void onCompleted() {
                ends.add(Status.OK);
            }
        };
    }
}
