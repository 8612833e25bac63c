package dev.unmask.oip;

import com.google.protobuf.ByteString;
import dev.unmask.Fault;
import dev.unmask.oip.IndexEntry.State;
import dev.unmask.oip.InferRequest.Wanted;
import dev.unmask.oip.ModelStatistics.Batch;
import dev.unmask.oip.ModelStatistics.Duration;
import dev.unmask.oip.ModelStatistics.Inferences;
import dev.unmask.oip.proto.GRPCInferenceServiceGrpc;
import dev.unmask.oip.proto.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import dev.unmask.oip.proto.OpenInference;
import dev.unmask.oip.proto.OpenInference.InferParameter;
import dev.unmask.oip.proto.OpenInference.InferTensorContents;
import dev.unmask.oip.proto.OpenInference.ModelConfigRequest;
import dev.unmask.oip.proto.OpenInference.ModelInferRequest;
import dev.unmask.oip.proto.OpenInference.ModelInferRequest.InferInputTensor;
import dev.unmask.oip.proto.OpenInference.ModelInferRequest.InferRequestedOutputTensor;
import dev.unmask.oip.proto.OpenInference.ModelInferResponse;
import dev.unmask.oip.proto.OpenInference.ModelInferResponse.InferOutputTensor;
import dev.unmask.oip.proto.OpenInference.ModelInput;
import dev.unmask.oip.proto.OpenInference.ModelMetadataRequest;
import dev.unmask.oip.proto.OpenInference.ModelMetadataResponse;
import dev.unmask.oip.proto.OpenInference.ModelMetadataResponse.TensorMetadata;
import dev.unmask.oip.proto.OpenInference.ModelOutput;
import dev.unmask.oip.proto.OpenInference.ModelReadyRequest;
import dev.unmask.oip.proto.OpenInference.ModelRepositoryParameter;
import dev.unmask.oip.proto.OpenInference.ModelStatisticsRequest;
import dev.unmask.oip.proto.OpenInference.RepositoryIndexRequest;
import dev.unmask.oip.proto.OpenInference.RepositoryModelLoadRequest;
import dev.unmask.oip.proto.OpenInference.RepositoryModelUnloadRequest;
import dev.unmask.oip.proto.OpenInference.ServerLiveRequest;
import dev.unmask.oip.proto.OpenInference.ServerMetadataRequest;
import dev.unmask.oip.proto.OpenInference.ServerMetadataResponse;
import dev.unmask.oip.proto.OpenInference.ServerReadyRequest;
import dev.unmask.oip.proto.OpenInference.StatisticDuration;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// The protocol over gRPC, with tensors raw or typed.
final class GrpcTransport implements Transport {

    private final boolean raw;
    private final ManagedChannel channel;
    private final GRPCInferenceServiceBlockingStub service;

    GrpcTransport(int port, boolean raw) {
        this.raw = raw;
        this.channel = NettyChannelBuilder.forAddress("localhost", port)
                .usePlaintext()
                .maxInboundMessageSize(Integer.MAX_VALUE)
                .build();
        this.service = GRPCInferenceServiceGrpc.newBlockingStub(channel);
    }

    @Override
    public InferResponse infer(InferRequest request, Map<String, String> headers) {
        Metadata metadata = new Metadata();
        headers.forEach((name, value) -> metadata.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value));
        ModelInferRequest message = message(request, raw);
        return response(ask(() -> service.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata))
                .modelInfer(message)));
    }

    /// A request as it goes over the wire.
    static ModelInferRequest message(InferRequest request, boolean raw) {
        ModelInferRequest.Builder message = ModelInferRequest.newBuilder()
                .setModelName(request.model())
                .setModelVersion(request.version())
                .setId(request.id());
        request.parameters().forEach((name, value) -> message.putParameters(name, parameter(value)));
        for (InferInput input : request.inputs()) {
            InferInputTensor.Builder told = message.addInputsBuilder()
                    .setName(input.name())
                    .setDatatype(input.datatype().name())
                    .addAllShape(input.shape());
            if (raw) {
                message.addRawInputContents(ByteString.copyFrom(input.data().duplicate()));
            } else {
                told.setContents(contents(input));
            }
        }
        for (Wanted wanted : request.outputs()) {
            InferRequestedOutputTensor.Builder output =
                    message.addOutputsBuilder().setName(wanted.name());
            if (wanted.classes() != 0) {
                output.putParameters("classification", parameter((long) wanted.classes()));
            }
        }
        return message.build();
    }

    private static InferParameter parameter(Object value) {
        InferParameter.Builder parameter = InferParameter.newBuilder();
        return switch (value) {
            case Boolean flag -> parameter.setBoolParam(flag).build();
            case Long number -> parameter.setInt64Param(number).build();
            case Double number -> parameter.setDoubleParam(number).build();
            default -> parameter.setStringParam(value.toString()).build();
        };
    }

    private static InferTensorContents contents(InferInput input) {
        InferTensorContents.Builder contents = InferTensorContents.newBuilder();
        if (input.datatype() == Datatype.BYTES) {
            input.elements().forEach(each -> contents.addBytesContents(ByteString.copyFrom(each)));
            return contents.build();
        }
        ByteBuffer values = input.data().duplicate().order(ByteOrder.LITTLE_ENDIAN);
        while (values.hasRemaining()) {
            switch (input.datatype()) {
                case FP32 -> contents.addFp32Contents(values.getFloat());
                case INT64 -> contents.addInt64Contents(values.getLong());
                default -> contents.addUintContents(values.get() & 0xFF);
            }
        }
        return contents.build();
    }

    /// An answer as it came; what is not well-formed fails.
    static InferResponse response(ModelInferResponse message) {
        List<InferOutput> outputs = new ArrayList<>();
        for (int i = 0; i < message.getOutputsCount(); i++) {
            InferOutputTensor output = message.getOutputs(i);
            Datatype datatype = Datatype.parse(output.getDatatype());
            ByteBuffer data = message.getRawOutputContents(i).asReadOnlyByteBuffer();
            InferInput checked = new InferInput(output.getName(), datatype, output.getShapeList(), data);
            outputs.add(new InferOutput(output.getName(), datatype, output.getShapeList(), checked.data()));
        }
        if (message.getRawOutputContentsCount() != outputs.size()) {
            throw new AssertionError(message.getRawOutputContentsCount() + " raw for " + outputs.size() + " outputs");
        }
        Map<String, Object> used = new HashMap<>();
        message.getParametersMap().forEach((name, value) -> used.put(name, value(value)));
        return new InferResponse(message.getModelName(), message.getModelVersion(), message.getId(), used, outputs);
    }

    private static Object value(InferParameter parameter) {
        return switch (parameter.getParameterChoiceCase()) {
            case BOOL_PARAM -> parameter.getBoolParam();
            case INT64_PARAM -> parameter.getInt64Param();
            case DOUBLE_PARAM -> parameter.getDoubleParam();
            case STRING_PARAM -> parameter.getStringParam();
            default -> throw new AssertionError(parameter);
        };
    }

    @Override
    public ServerMetadata server() {
        ServerMetadataResponse told = ask(() -> service.serverMetadata(ServerMetadataRequest.getDefaultInstance()));
        return new ServerMetadata(told.getName(), told.getVersion(), List.copyOf(told.getExtensionsList()));
    }

    @Override
    public ModelMetadata metadata(String model, String version) {
        ModelMetadataResponse told = ask(() -> service.modelMetadata(ModelMetadataRequest.newBuilder()
                .setName(model)
                .setVersion(version)
                .build()));
        return new ModelMetadata(
                told.getName(),
                List.copyOf(told.getVersionsList()),
                told.getPlatform(),
                told.getInputsList().stream().map(GrpcTransport::spec).toList(),
                told.getOutputsList().stream().map(GrpcTransport::spec).toList());
    }

    private static TensorSpec spec(TensorMetadata told) {
        return new TensorSpec(told.getName(), Datatype.parse(told.getDatatype()), told.getShapeList(), false);
    }

    @Override
    public ModelConfig config(String model, String version) {
        OpenInference.ModelConfig told = ask(() -> service.modelConfig(ModelConfigRequest.newBuilder()
                        .setName(model)
                        .setVersion(version)
                        .build())
                .getConfig());
        Map<String, ModelConfig.Parameter> parameters = new HashMap<>();
        told.getParametersMap()
                .forEach((name, value) -> parameters.put(name, new ModelConfig.Parameter(value.getStringValue())));
        return new ModelConfig(
                told.getName(),
                told.getPlatform(),
                told.getBackend(),
                told.getMaxBatchSize(),
                told.getInputList().stream().map(GrpcTransport::input).toList(),
                told.getOutputList().stream().map(GrpcTransport::output).toList(),
                told.getInstanceGroupList().stream()
                        .map(group -> new ModelConfig.Group(
                                group.getName(),
                                ModelConfig.Group.Kind.valueOf(group.getKind().name()),
                                group.getCount()))
                        .toList(),
                new ModelConfig.DynamicBatching(
                        List.copyOf(told.getDynamicBatching().getPreferredBatchSizeList()),
                        told.getDynamicBatching().getMaxQueueDelayMicroseconds(),
                        (int) told.getDynamicBatching().getPriorityLevels(),
                        (int) told.getDynamicBatching().getDefaultPriorityLevel()),
                parameters,
                new ModelConfig.Policy(told.getModelTransactionPolicy().getDecoupled()));
    }

    private static ModelConfig.Tensor input(ModelInput told) {
        return new ModelConfig.Tensor(
                told.getName(), told.getDataType().name(), List.copyOf(told.getDimsList()), told.getOptional());
    }

    private static ModelConfig.Tensor output(ModelOutput told) {
        return new ModelConfig.Tensor(
                told.getName(), told.getDataType().name(), List.copyOf(told.getDimsList()), false);
    }

    @Override
    public List<ModelStatistics> statistics(String model, String version) {
        ModelStatisticsRequest request = ModelStatisticsRequest.newBuilder()
                .setName(model)
                .setVersion(version)
                .build();
        return ask(() -> service.modelStatistics(request)).getModelStatsList().stream()
                .map(GrpcTransport::statistics)
                .toList();
    }

    private static ModelStatistics statistics(OpenInference.ModelStatistics told) {
        OpenInference.InferStatistics phases = told.getInferenceStats();
        return new ModelStatistics(
                told.getName(),
                told.getVersion(),
                told.getLastInference(),
                told.getInferenceCount(),
                told.getExecutionCount(),
                new Inferences(
                        duration(phases.getSuccess()),
                        duration(phases.getFail()),
                        duration(phases.getQueue()),
                        duration(phases.getComputeInput()),
                        duration(phases.getComputeInfer()),
                        duration(phases.getComputeOutput()),
                        duration(phases.getCacheHit()),
                        duration(phases.getCacheMiss())),
                told.getBatchStatsList().stream()
                        .map(batch -> new Batch(
                                (int) batch.getBatchSize(),
                                duration(batch.getComputeInput()),
                                duration(batch.getComputeInfer()),
                                duration(batch.getComputeOutput())))
                        .toList());
    }

    private static Duration duration(StatisticDuration told) {
        return new Duration(told.getCount(), told.getNs());
    }

    @Override
    public List<IndexEntry> index(boolean readyOnly) {
        RepositoryIndexRequest request =
                RepositoryIndexRequest.newBuilder().setReady(readyOnly).build();
        return ask(() -> service.repositoryIndex(request)).getModelsList().stream()
                .map(told -> new IndexEntry(
                        told.getName(), told.getVersion(), State.valueOf(told.getState()), told.getReason()))
                .toList();
    }

    @Override
    public boolean isLive() {
        return ask(() -> service.serverLive(ServerLiveRequest.getDefaultInstance()))
                .getLive();
    }

    @Override
    public boolean isReady() {
        return ask(() -> service.serverReady(ServerReadyRequest.getDefaultInstance()))
                .getReady();
    }

    @Override
    public boolean isReady(String model, String version) {
        ModelReadyRequest request = ModelReadyRequest.newBuilder()
                .setName(model)
                .setVersion(version)
                .build();
        return ask(() -> service.modelReady(request)).getReady();
    }

    @Override
    public void load(String model, Map<String, Object> parameters) {
        RepositoryModelLoadRequest.Builder request =
                RepositoryModelLoadRequest.newBuilder().setModelName(model);
        parameters.forEach((name, value) -> request.putParameters(
                name,
                ModelRepositoryParameter.newBuilder()
                        .setStringParam(value.toString())
                        .build()));
        ask(() -> service.repositoryModelLoad(request.build()));
    }

    @Override
    public void unload(String model) {
        RepositoryModelUnloadRequest request =
                RepositoryModelUnloadRequest.newBuilder().setModelName(model).build();
        ask(() -> service.repositoryModelUnload(request));
    }

    @Override
    public String status(Fault fault) {
        return switch (fault) {
            case INVALID, TOO_LARGE, NOT_A_PICTURE -> "INVALID_ARGUMENT";
            case UNAUTHENTICATED -> "UNAUTHENTICATED";
            case FORBIDDEN -> "PERMISSION_DENIED";
            case NOT_FOUND -> "NOT_FOUND";
            case UNSUPPORTED -> "UNIMPLEMENTED";
            case OVERLOADED -> "RESOURCE_EXHAUSTED";
            case TIMEOUT -> "DEADLINE_EXCEEDED";
            case UNAVAILABLE -> "UNAVAILABLE";
            case INTERNAL -> "INTERNAL";
        };
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }

    @Override
    public String toString() {
        return raw ? "gRPC, raw" : "gRPC, typed";
    }

    private static <T> T ask(Supplier<T> call) {
        try {
            return call.get();
        } catch (StatusRuntimeException e) {
            throw new Refused(
                    e.getStatus().getCode().name(), String.valueOf(e.getStatus().getDescription()));
        }
    }
}
