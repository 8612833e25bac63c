package dev.unmask.oip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unmask.oip.proto.GRPCInferenceServiceGrpc;
import dev.unmask.oip.proto.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import dev.unmask.oip.proto.OpenInference;
import dev.unmask.oip.proto.OpenInference.DataType;
import dev.unmask.oip.proto.OpenInference.InferStatistics;
import dev.unmask.oip.proto.OpenInference.ModelConfigRequest;
import dev.unmask.oip.proto.OpenInference.ModelInferRequest;
import dev.unmask.oip.proto.OpenInference.ModelInferResponse;
import dev.unmask.oip.proto.OpenInference.ModelInput;
import dev.unmask.oip.proto.OpenInference.ModelMetadataRequest;
import dev.unmask.oip.proto.OpenInference.ModelMetadataResponse;
import dev.unmask.oip.proto.OpenInference.ModelReadyRequest;
import dev.unmask.oip.proto.OpenInference.ModelRepositoryParameter;
import dev.unmask.oip.proto.OpenInference.ModelStatisticsRequest;
import dev.unmask.oip.proto.OpenInference.RepositoryIndexRequest;
import dev.unmask.oip.proto.OpenInference.RepositoryModelLoadRequest;
import dev.unmask.oip.proto.OpenInference.RepositoryModelUnloadRequest;
import dev.unmask.oip.proto.OpenInference.ServerLiveRequest;
import dev.unmask.oip.proto.OpenInference.ServerMetadataRequest;
import dev.unmask.oip.proto.OpenInference.ServerReadyRequest;
import dev.unmask.oip.proto.OpenInference.Unsupported;
import dev.unmask.server.GrpcServer;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.micronaut.context.annotation.Property;
import io.micronaut.test.extensions.junit5.annotation.MicronautTest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The protocol over gRPC, method by method, on real sockets.
@MicronautTest
@Property(name = "unmask.models", value = "src/test/resources/bundles/visualize")
@Property(name = "unmask.model-folder", value = "src/test/resources/bundles")
@Property(name = "unmask.model-control", value = "true")
@Timeout(60)
class GrpcServiceTest {

    private static final Metadata.Key<String> ID = key("x-request-id");

    private final ManagedChannel channel;
    private final GRPCInferenceServiceBlockingStub service;

    GrpcServiceTest(GrpcServer server) {
        channel = GrpcCalls.channel(server.port());
        service = GRPCInferenceServiceGrpc.newBlockingStub(channel);
    }

    @AfterEach
    void theNextGoodRequestSucceeds() {
        assertThat(service.modelInfer(GrpcCalls.pixels("visualize", "cls").build())
                        .getRawOutputContentsCount())
                .isEqualTo(1);
        channel.shutdownNow();
    }

    @Test
    void tellsOfTheServer() {
        assertThat(service.serverLive(ServerLiveRequest.getDefaultInstance()).getLive())
                .isTrue();
        assertThat(service.serverReady(ServerReadyRequest.getDefaultInstance()).getReady())
                .isTrue();
        assertThat(service.serverMetadata(ServerMetadataRequest.getDefaultInstance())
                        .getName())
                .isEqualTo("unmask");
        assertThat(service.serverMetadata(ServerMetadataRequest.getDefaultInstance())
                        .getExtensionsList())
                .contains("statistics", "classification")
                .doesNotContain("system_shared_memory", "trace", "logging");
    }

    @Test
    void tellsOfAModel() {
        ModelMetadataResponse metadata = service.modelMetadata(
                ModelMetadataRequest.newBuilder().setName("visualize").build());
        OpenInference.ModelConfig config = service.modelConfig(
                        ModelConfigRequest.newBuilder().setName("visualize").build())
                .getConfig();
        assertThat(service.modelReady(ModelReadyRequest.newBuilder()
                                .setName("visualize")
                                .setVersion("1")
                                .build())
                        .getReady())
                .isTrue();
        assertThat(metadata.getVersionsList()).containsExactly("1");
        assertThat(metadata.getInputsList())
                .filteredOn(input -> input.getName().equals("pixels"))
                .singleElement()
                .satisfies(pixels -> {
                    assertThat(pixels.getDatatype()).isEqualTo("FP32");
                    assertThat(pixels.getShapeList()).containsExactly(-1L, 3L, 32L, 32L);
                });
        assertThat(config.getInputList())
                .extracting(ModelInput::getName)
                .containsExactlyElementsOf(metadata.getInputsList().stream()
                        .map(ModelMetadataResponse.TensorMetadata::getName)
                        .toList());
        assertThat(config.getInputList())
                .filteredOn(input -> input.getName().equals("pixels"))
                .singleElement()
                .satisfies(pixels -> {
                    assertThat(pixels.getDataType()).isEqualTo(DataType.TYPE_FP32);
                    assertThat(pixels.getDimsList()).containsExactly(3L, 32L, 32L);
                    assertThat(pixels.getOptional()).isFalse();
                });
        assertThat(config.getMaxBatchSize()).isPositive();
        assertThat(config.hasDynamicBatching()).isTrue();
        assertThat(config.getBackend()).isEqualTo("onnxruntime");
    }

    @Test
    void countsWhatItDid() {
        ModelStatisticsRequest request =
                ModelStatisticsRequest.newBuilder().setName("visualize_encoder").build();
        service.modelInfer(GrpcCalls.pixels("visualize_encoder", "cls").build());
        refused(
                Status.Code.INVALID_ARGUMENT,
                "there is no output 'x'",
                () -> service.modelInfer(
                        GrpcCalls.pixels("visualize_encoder", "x").build()));
        OpenInference.ModelStatistics model = service.modelStatistics(request).getModelStats(0);
        InferStatistics counts = model.getInferenceStats();
        assertThat(model.getName()).isEqualTo("visualize_encoder");
        assertThat(model.getVersion()).isEqualTo("1");
        assertThat(model.getInferenceCount()).isEqualTo(1);
        assertThat(model.getExecutionCount()).isEqualTo(1);
        assertThat(model.getLastInference()).isPositive();
        assertThat(counts.getSuccess().getCount()).isEqualTo(1);
        assertThat(counts.getFail().getCount()).isEqualTo(1);
        assertThat(counts.getQueue().getCount()).isEqualTo(1);
        assertThat(counts.getComputeInfer().getNs()).isPositive();
        assertThat(model.getBatchStats(0).getBatchSize()).isEqualTo(1);
        assertThat(service.modelStatistics(ModelStatisticsRequest.getDefaultInstance())
                        .getModelStatsCount())
                .isEqualTo(4);
    }

    @Test
    void loadsAndUnloads() {
        service.repositoryModelLoad(
                RepositoryModelLoadRequest.newBuilder().setModelName("encoder").build());
        assertThat(states()).containsEntry("encoder", "READY");
        service.repositoryModelUnload(RepositoryModelUnloadRequest.newBuilder()
                .setModelName("encoder")
                .build());
        assertThat(states()).containsEntry("encoder", "UNAVAILABLE");
        refused(
                Status.Code.UNIMPLEMENTED,
                "parameters config: models are not uploaded or configured over the network",
                () -> service.repositoryModelLoad(RepositoryModelLoadRequest.newBuilder()
                        .setModelName("encoder")
                        .putParameters("config", ModelRepositoryParameter.getDefaultInstance())
                        .build()));
    }

    private Map<String, String> states() {
        return service.repositoryIndex(RepositoryIndexRequest.getDefaultInstance()).getModelsList().stream()
                .collect(Collectors.toMap(
                        OpenInference.RepositoryIndexResponse.ModelIndex::getName,
                        OpenInference.RepositoryIndexResponse.ModelIndex::getState));
    }

    @Test
    void whatIsNotHereIsUnimplemented() {
        List<Function<Unsupported, Unsupported>> methods = List.of(
                service::systemSharedMemoryStatus,
                service::systemSharedMemoryRegister,
                service::systemSharedMemoryUnregister,
                service::cudaSharedMemoryStatus,
                service::cudaSharedMemoryRegister,
                service::cudaSharedMemoryUnregister);
        for (Function<Unsupported, Unsupported> method : methods) {
            refused(
                    Status.Code.UNIMPLEMENTED,
                    "shared memory is not supported; send tensors in the request",
                    () -> method.apply(Unsupported.getDefaultInstance()));
        }
        refused(
                Status.Code.UNIMPLEMENTED,
                "trace settings are not supported",
                () -> service.traceSetting(Unsupported.getDefaultInstance()));
        refused(
                Status.Code.UNIMPLEMENTED,
                "log settings are not supported",
                () -> service.logSettings(Unsupported.getDefaultInstance()));
        refused(
                Status.Code.UNIMPLEMENTED,
                "there is no method inference.GRPCInferenceService/ModelGuess",
                () -> call("ModelGuess", new byte[3]));
    }

    @Test
    void whatIsWrongHasItsStatus() {
        refused(
                Status.Code.NOT_FOUND,
                "there is no model 'nosuch'",
                () -> service.modelInfer(GrpcCalls.pixels("nosuch", "cls").build()));
        refused(
                Status.Code.NOT_FOUND,
                "model 'visualize' has no version '2'",
                () -> service.modelReady(ModelReadyRequest.newBuilder()
                        .setName("visualize")
                        .setVersion("2")
                        .build()));
        refused(
                Status.Code.INVALID_ARGUMENT,
                "unable to find data for input tensor 'noise'",
                () -> service.modelInfer(GrpcCalls.pixels("visualize", "cls")
                        .addInputs(ModelInferRequest.InferInputTensor.newBuilder()
                                .setName("noise")
                                .setDatatype("FP32")
                                .addShape(1)
                                .addShape(4))
                        .build()));
        refused(
                Status.Code.INVALID_ARGUMENT,
                "the message is no ModelInferRequest: ",
                () -> call("ModelInfer", new byte[] {0x0a, 0x7f, 1}));
        refused(
                Status.Code.INVALID_ARGUMENT,
                "the message is no ModelInferRequest: ",
                () -> call("ModelInfer", new byte[] {0x0c}));
    }

    @Test
    void answersRawWhateverTheRequestUsed() {
        ModelInferRequest.Builder typed =
                GrpcCalls.pixels("visualize", "cls").clearRawInputContents().setId("7");
        for (int i = 0; i < 32 * 32 * 3; i++) {
            typed.getInputsBuilder(0).getContentsBuilder().addUintContents(0);
        }
        ModelInferResponse answer = service.modelInfer(typed.build());
        assertThat(answer.getId()).isEqualTo("7");
        assertThat(answer.getModelName()).isEqualTo("visualize");
        assertThat(answer.getModelVersion()).isEqualTo("1");
        assertThat(answer.getOutputs(0).hasContents()).isFalse();
        assertThat(answer.getRawOutputContents(0).size())
                .isEqualTo(answer.getOutputs(0).getShape(1) * Float.BYTES);
        assertThat(answer.getRawOutputContentsList())
                .isEqualTo(
                        service.modelInfer(GrpcCalls.pixels("visualize", "cls").build())
                                .getRawOutputContentsList());
    }

    @Test
    void classificationIsToldAsText() {
        ModelInferRequest.Builder request = GrpcCalls.pixels("visualize", "cls");
        request.getOutputsBuilder(0).putParameters("classification", GrpcCalls.number(2));
        ModelInferResponse answer = service.modelInfer(request.build());
        assertThat(answer.getOutputs(0).getDatatype()).isEqualTo("BYTES");
        assertThat(answer.getOutputs(0).getShapeList()).containsExactly(1L, 2L);
        assertThat(answer.getRawOutputContents(0).substring(4).toStringUtf8()).matches("(?s)-?\\d+\\.\\d+:\\d+.*");
    }

    @Test
    void everyAnswerTellsItsIdAndWhereTheTimeWent() {
        Metadata sent = new Metadata();
        sent.put(ID, "my-id");
        AtomicReference<Metadata> headers = new AtomicReference<>();
        AtomicReference<Metadata> trailers = new AtomicReference<>();
        service.withInterceptors(
                        MetadataUtils.newAttachHeadersInterceptor(sent),
                        MetadataUtils.newCaptureMetadataInterceptor(headers, trailers))
                .modelInfer(GrpcCalls.pixels("visualize", "cls").build());
        assertThat(headers.get().get(ID)).isEqualTo("my-id");
        assertThat(trailers.get().get(ID)).isEqualTo("my-id");
        assertThat(trailers.get().get(key("server-timing"))).contains("queue;dur=", "infer;dur=");
    }

    private void refused(Status.Code code, String message, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(StatusRuntimeException.class, refusal -> {
            assertThat(refusal.getStatus().getCode()).isEqualTo(code);
            assertThat(refusal.getStatus().getDescription()).startsWith(message);
        });
    }

    /// Sends any bytes.
    private byte[] call(String method, byte[] bytes) {
        MethodDescriptor<byte[], byte[]> descriptor = MethodDescriptor.newBuilder(Plain.BYTES, Plain.BYTES)
                .setType(MethodDescriptor.MethodType.UNARY)
                .setFullMethodName("inference.GRPCInferenceService/" + method)
                .build();
        return ClientCalls.blockingUnaryCall(channel, descriptor, CallOptions.DEFAULT, bytes);
    }

    private static Metadata.Key<String> key(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }

    private enum Plain implements MethodDescriptor.Marshaller<byte[]> {
        BYTES;

        @Override
        public InputStream stream(byte[] message) {
            return new ByteArrayInputStream(message);
        }

        @Override
        public byte[] parse(InputStream message) {
            try {
                return message.readAllBytes();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
