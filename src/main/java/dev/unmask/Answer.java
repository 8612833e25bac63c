package dev.unmask;

import java.util.Map;

/// What a model says about one row: a tensor for each output that was wanted.
public record Answer(Map<Output, Tensor> tensors) {

    public Answer {
        tensors = Map.copyOf(tensors);
    }

    public Tensor get(Output output) {
        Tensor tensor = tensors.get(output);
        if (tensor == null) {
            throw new IllegalStateException(output + " was not asked for");
        }
        return tensor;
    }
}
