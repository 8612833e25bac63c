package dev.unmask.oip;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/// A tensor of an answer.
///
/// @param data the elements, row-major and little-endian, as the protocol's binary form has them
record InferOutput(String name, Datatype datatype, List<Long> shape, ByteBuffer data) {

    InferOutput {
        shape = List.copyOf(shape);
        data = data.slice().order(ByteOrder.LITTLE_ENDIAN);
    }

    /// One of BYTES, with an element for each row.
    static InferOutput of(String name, List<Long> shape, List<byte[]> elements) {
        int bytes = elements.stream()
                .mapToInt(element -> Integer.BYTES + element.length)
                .sum();
        ByteBuffer data = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        elements.forEach(element -> data.putInt(element.length).put(element));
        return new InferOutput(name, Datatype.BYTES, shape, data.flip());
    }
}
