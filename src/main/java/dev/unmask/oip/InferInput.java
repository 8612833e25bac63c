package dev.unmask.oip;

import dev.unmask.UnmaskException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/// A tensor of a request.
///
/// @param data the elements, row-major and little-endian, as the protocol's binary form has them
record InferInput(String name, Datatype datatype, List<Long> shape, ByteBuffer data) {

    /// Refuses data that do not fill the shape.
    InferInput {
        shape = List.copyOf(shape);
        data = data.slice().order(ByteOrder.LITTLE_ENDIAN);
        long elements = elements(name, shape);
        if (datatype == Datatype.BYTES) {
            checkElements(name, data.duplicate().order(ByteOrder.LITTLE_ENDIAN), elements);
        } else if (elements > Integer.MAX_VALUE || elements * datatype.size() != data.remaining()) {
            throw UnmaskException.invalid("input '" + name + "' has " + data.remaining() + " bytes; " + datatype + " "
                    + shape + " takes " + elements + " x " + datatype.size());
        }
    }

    /// How many elements a shape has.
    static long elements(String name, List<Long> shape) {
        long elements = 1;
        try {
            for (long side : shape) {
                if (side < 0) {
                    throw UnmaskException.invalid("input '" + name + "' has the shape " + shape
                            + "; no dimension of a request may be negative");
                }
                elements = Math.multiplyExact(elements, side);
            }
            return elements;
        } catch (ArithmeticException _) {
            throw UnmaskException.invalid("input '" + name + "' has the shape " + shape + ", which is too large");
        }
    }

    /// The elements of BYTES.
    List<byte[]> elements() {
        List<byte[]> elements = new ArrayList<>();
        ByteBuffer rest = data.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        while (rest.hasRemaining()) {
            byte[] element = new byte[rest.getInt()];
            rest.get(element);
            elements.add(element);
        }
        return elements;
    }

    private static void checkElements(String name, ByteBuffer rest, long elements) {
        long found = 0;
        while (rest.remaining() >= Integer.BYTES) {
            long length = Integer.toUnsignedLong(rest.getInt());
            if (length > rest.remaining()) {
                throw UnmaskException.invalid("element " + found + " of input '" + name + "' says it has " + length
                        + " bytes; " + rest.remaining()
                        + " follow; a length of 4 bytes, little-endian, goes before each element");
            }
            rest.position(rest.position() + (int) length);
            found++;
        }
        if (rest.hasRemaining() || found != elements) {
            throw UnmaskException.invalid("input '" + name + "' has " + found + " elements"
                    + (rest.hasRemaining() ? " and " + rest.remaining() + " bytes" : "") + "; its shape takes "
                    + elements);
        }
    }
}
