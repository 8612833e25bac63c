package dev.unmask.oip;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.unmask.UnmaskException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/// An input or output as a model declares it.
///
/// @param shape -1 where a dimension is free; the first is the batch
record TensorSpec(
        String name,
        Datatype datatype,
        List<Long> shape,
        @JsonIgnore boolean optional) {

    static final long FREE = -1;

    TensorSpec {
        shape = List.copyOf(shape);
    }

    static TensorSpec of(String name, Datatype datatype, long... shape) {
        return new TensorSpec(name, datatype, Arrays.stream(shape).boxed().toList(), false);
    }

    /// In their order.
    static Map<String, TensorSpec> byName(List<TensorSpec> specs) {
        Map<String, TensorSpec> byName = new LinkedHashMap<>();
        specs.forEach(spec -> byName.put(spec.name(), spec));
        return byName;
    }

    TensorSpec orNone() {
        return new TensorSpec(name, datatype, shape, true);
    }

    /// Refuses a tensor of another type or shape.
    void check(InferInput input) {
        if (input.datatype() != datatype || !fits(input.shape())) {
            throw UnmaskException.invalid("input '" + name + "' is " + input.datatype() + " " + input.shape()
                    + "; the model takes " + datatype + " " + shape + ", -1 for any");
        }
    }

    private boolean fits(List<Long> given) {
        return given.size() == shape.size()
                && IntStream.range(0, given.size())
                        .allMatch(i -> shape.get(i) == FREE || Objects.equals(shape.get(i), given.get(i)));
    }
}
