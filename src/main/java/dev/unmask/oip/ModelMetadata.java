package dev.unmask.oip;

import java.util.List;

/// What a model takes and gives.
record ModelMetadata(
        String name, List<String> versions, String platform, List<TensorSpec> inputs, List<TensorSpec> outputs) {}
