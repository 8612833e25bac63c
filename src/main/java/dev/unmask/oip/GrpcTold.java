package dev.unmask.oip;

import dev.unmask.oip.proto.OpenInference;
import dev.unmask.oip.proto.OpenInference.DataType;
import dev.unmask.oip.proto.OpenInference.InferBatchStatistics;
import dev.unmask.oip.proto.OpenInference.InferStatistics;
import dev.unmask.oip.proto.OpenInference.ModelDynamicBatching;
import dev.unmask.oip.proto.OpenInference.ModelInput;
import dev.unmask.oip.proto.OpenInference.ModelInstanceGroup;
import dev.unmask.oip.proto.OpenInference.ModelMetadataResponse;
import dev.unmask.oip.proto.OpenInference.ModelMetadataResponse.TensorMetadata;
import dev.unmask.oip.proto.OpenInference.ModelOutput;
import dev.unmask.oip.proto.OpenInference.ModelParameter;
import dev.unmask.oip.proto.OpenInference.ModelTransactionPolicy;
import dev.unmask.oip.proto.OpenInference.RepositoryIndexResponse.ModelIndex;
import dev.unmask.oip.proto.OpenInference.ServerMetadataResponse;
import dev.unmask.oip.proto.OpenInference.StatisticDuration;

/// What is told about the server and its models, as messages of gRPC.
final class GrpcTold {

    private GrpcTold() {}

    static ServerMetadataResponse of(ServerMetadata server) {
        return ServerMetadataResponse.newBuilder()
                .setName(server.name())
                .setVersion(server.version())
                .addAllExtensions(server.extensions())
                .build();
    }

    static ModelMetadataResponse of(ModelMetadata model) {
        return ModelMetadataResponse.newBuilder()
                .setName(model.name())
                .addAllVersions(model.versions())
                .setPlatform(model.platform())
                .addAllInputs(model.inputs().stream().map(GrpcTold::of).toList())
                .addAllOutputs(model.outputs().stream().map(GrpcTold::of).toList())
                .build();
    }

    static OpenInference.ModelConfig of(ModelConfig config) {
        OpenInference.ModelConfig.Builder message = OpenInference.ModelConfig.newBuilder()
                .setName(config.name())
                .setPlatform(config.platform())
                .setBackend(config.backend())
                .setMaxBatchSize(config.maxBatchSize())
                .addAllInput(config.input().stream().map(GrpcTold::input).toList())
                .addAllOutput(config.output().stream().map(GrpcTold::output).toList())
                .addAllInstanceGroup(
                        config.instanceGroup().stream().map(GrpcTold::of).toList())
                .setDynamicBatching(of(config.dynamicBatching()))
                .setModelTransactionPolicy(ModelTransactionPolicy.newBuilder()
                        .setDecoupled(config.modelTransactionPolicy().decoupled()));
        config.parameters()
                .forEach((name, parameter) -> message.putParameters(
                        name,
                        ModelParameter.newBuilder()
                                .setStringValue(parameter.stringValue())
                                .build()));
        return message.build();
    }

    static OpenInference.ModelStatistics of(ModelStatistics model) {
        return OpenInference.ModelStatistics.newBuilder()
                .setName(model.name())
                .setVersion(model.version())
                .setLastInference(model.lastInference())
                .setInferenceCount(model.inferenceCount())
                .setExecutionCount(model.executionCount())
                .setInferenceStats(of(model.inferenceStats()))
                .addAllBatchStats(model.batchStats().stream().map(GrpcTold::of).toList())
                .build();
    }

    static ModelIndex of(IndexEntry model) {
        return ModelIndex.newBuilder()
                .setName(model.name())
                .setVersion(model.version())
                .setState(model.state().name())
                .setReason(model.reason())
                .build();
    }

    private static TensorMetadata of(TensorSpec tensor) {
        return TensorMetadata.newBuilder()
                .setName(tensor.name())
                .setDatatype(tensor.datatype().name())
                .addAllShape(tensor.shape())
                .build();
    }

    private static ModelInput input(ModelConfig.Tensor tensor) {
        return ModelInput.newBuilder()
                .setName(tensor.name())
                .setDataType(DataType.valueOf(tensor.dataType()))
                .addAllDims(tensor.dims())
                .setOptional(tensor.optional())
                .build();
    }

    private static ModelOutput output(ModelConfig.Tensor tensor) {
        return ModelOutput.newBuilder()
                .setName(tensor.name())
                .setDataType(DataType.valueOf(tensor.dataType()))
                .addAllDims(tensor.dims())
                .build();
    }

    private static ModelInstanceGroup of(ModelConfig.Group group) {
        return ModelInstanceGroup.newBuilder()
                .setName(group.name())
                .setKind(ModelInstanceGroup.Kind.valueOf(group.kind().name()))
                .setCount(group.count())
                .build();
    }

    private static ModelDynamicBatching of(ModelConfig.DynamicBatching batching) {
        return ModelDynamicBatching.newBuilder()
                .addAllPreferredBatchSize(batching.preferredBatchSize())
                .setMaxQueueDelayMicroseconds(batching.maxQueueDelayMicroseconds())
                .setPriorityLevels(batching.priorityLevels())
                .setDefaultPriorityLevel(batching.defaultPriorityLevel())
                .build();
    }

    private static InferStatistics of(ModelStatistics.Inferences inferences) {
        return InferStatistics.newBuilder()
                .setSuccess(of(inferences.success()))
                .setFail(of(inferences.fail()))
                .setQueue(of(inferences.queue()))
                .setComputeInput(of(inferences.computeInput()))
                .setComputeInfer(of(inferences.computeInfer()))
                .setComputeOutput(of(inferences.computeOutput()))
                .setCacheHit(of(inferences.cacheHit()))
                .setCacheMiss(of(inferences.cacheMiss()))
                .build();
    }

    private static InferBatchStatistics of(ModelStatistics.Batch batch) {
        return InferBatchStatistics.newBuilder()
                .setBatchSize(batch.batchSize())
                .setComputeInput(of(batch.computeInput()))
                .setComputeInfer(of(batch.computeInfer()))
                .setComputeOutput(of(batch.computeOutput()))
                .build();
    }

    private static StatisticDuration of(ModelStatistics.Duration duration) {
        return StatisticDuration.newBuilder()
                .setCount(duration.count())
                .setNs(duration.ns())
                .build();
    }
}
