package dev.unmask.oip;

import dev.unmask.Card;
import dev.unmask.Tensor;
import dev.unmask.UnmaskException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/// The tensors of a request, checked against what the model declares: each of the right type and shape, none missing,
/// equally many rows in all.
///
/// @param rows in each
record Inputs(Map<String, InferInput> byName, int rows) {

    static Inputs of(Face face, Card card, List<InferInput> given) {
        Map<String, TensorSpec> specs = TensorSpec.byName(face.accepted(card));
        Map<String, InferInput> byName = new LinkedHashMap<>();
        for (InferInput input : given) {
            TensorSpec spec = specs.get(input.name());
            if (spec == null) {
                throw UnmaskException.invalid(
                        "there is no input '" + input.name() + "'; there are " + String.join(", ", specs.keySet()));
            }
            face.accepting(spec, input, card).check(input);
            if (byName.put(input.name(), input) != null) {
                throw UnmaskException.invalid("input '" + input.name() + "' is given twice");
            }
        }
        specs.values().stream()
                .filter(spec -> !spec.optional() && !byName.containsKey(spec.name()))
                .findFirst()
                .ifPresent(spec -> {
                    throw UnmaskException.invalid("input '" + spec.name() + "' is missing; it is " + spec.datatype()
                            + " " + spec.shape() + ", -1 for any");
                });
        return new Inputs(byName, rows(byName));
    }

    boolean has(String name) {
        return byName.containsKey(name);
    }

    InferInput get(String name) {
        return Objects.requireNonNull(byName.get(name), name);
    }

    /// The rows of an input of numbers; they share its memory.
    List<Tensor> tensors(String name) {
        InferInput input = get(name);
        Tensor.Type type = type(input.datatype());
        long[] shape = input.shape().stream().skip(1).mapToLong(Long::longValue).toArray();
        int bytes = input.data().remaining() / rows;
        return IntStream.range(0, rows)
                .mapToObj(row -> Tensor.view(type, row(input, row * bytes, bytes), shape))
                .toList();
    }

    private static ByteBuffer row(InferInput input, int start, int bytes) {
        return input.data().slice(start, bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static Tensor.Type type(Datatype datatype) {
        return switch (datatype) {
            case FP32 -> Tensor.Type.FLOAT32;
            case INT64 -> Tensor.Type.INT64;
            case UINT8 -> Tensor.Type.UINT8;
            default -> throw new IllegalStateException("no model takes " + datatype);
        };
    }

    private static int rows(Map<String, InferInput> byName) {
        InferInput first = byName.values().iterator().next();
        long rows = first.shape().getFirst();
        for (InferInput input : byName.values()) {
            if (input.shape().getFirst() != rows) {
                throw UnmaskException.invalid("input '" + input.name() + "' has "
                        + input.shape().getFirst() + " rows, and '" + first.name() + "' has " + rows);
            }
        }
        if (rows == 0) {
            throw UnmaskException.invalid("input '" + first.name() + "' has no rows");
        }
        return Math.toIntExact(rows);
    }
}
