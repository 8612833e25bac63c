package dev.unmask.oip;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.unmask.Call;
import dev.unmask.Card;
import dev.unmask.task.Reconstruct.PatchStats;
import java.util.List;
import java.util.Map;

/// The model configuration extension: a model in the words of Triton's configuration, as far as they say something
/// here.
///
/// @param maxBatchSize rows that one request may have
/// @param dynamicBatching how rows are batched
record ModelConfig(
        String name,
        String platform,
        String backend,
        int maxBatchSize,
        List<Tensor> input,
        List<Tensor> output,
        List<Group> instanceGroup,
        DynamicBatching dynamicBatching,
        Map<String, Parameter> parameters,
        Policy modelTransactionPolicy) {

    /// An input or output.
    ///
    /// @param dataType such as TYPE_FP32
    /// @param dims without that of the batch
    record Tensor(
            String name,
            String dataType,
            List<Long> dims,
            @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean optional) {

        static Tensor of(TensorSpec spec) {
            return new Tensor(
                    spec.name(),
                    spec.datatype().configName(),
                    spec.shape().subList(1, spec.shape().size()),
                    spec.optional());
        }
    }

    /// Lanes.
    record Group(String name, Kind kind, int count) {

        enum Kind {
            KIND_GPU,
            KIND_CPU
        }
    }

    /// How rows are batched: up to so many, no later than so many microseconds.
    record DynamicBatching(
            List<Integer> preferredBatchSize,
            long maxQueueDelayMicroseconds,
            int priorityLevels,
            int defaultPriorityLevel) {}

    record Parameter(String stringValue) {}

    record Policy(boolean decoupled) {}

    static ModelConfig of(Face face, Card card, Batching batching) {
        String name = face.of(card.name());
        return new ModelConfig(
                name,
                Repository.PLATFORM,
                "onnxruntime",
                batching.queueRows(),
                face.inputs(card).stream().map(Tensor::of).toList(),
                face.outputs(card, PatchStats.NONE).stream().map(Tensor::of).toList(),
                List.of(new Group(name, batching.gpu() ? Group.Kind.KIND_GPU : Group.Kind.KIND_CPU, batching.lanes())),
                new DynamicBatching(
                        List.of(batching.maxRows()),
                        batching.maxDelay().toNanos() / 1000,
                        Call.PRIORITIES,
                        Call.PATIENT.priority()),
                Map.of(
                        "digest", new Parameter(card.digest()),
                        "license", new Parameter(card.license()),
                        "preprocess", new Parameter(card.preprocess())),
                new Policy(false));
    }
}
