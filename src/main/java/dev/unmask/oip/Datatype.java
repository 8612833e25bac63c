package dev.unmask.oip;

import dev.unmask.UnmaskException;
import java.util.Arrays;

/// Types of tensor elements, as the protocol names them ("Tensor Data Types").
public enum Datatype {
    BOOL(1),
    UINT8(1),
    UINT16(2),
    UINT32(4),
    UINT64(8),
    INT8(1),
    INT16(2),
    INT32(4),
    INT64(8),
    FP16(2),
    FP32(4),
    FP64(8),
    /// Each element is its length, uint32, and so many bytes.
    BYTES(0),
    BF16(2);

    private final int size;

    Datatype(int size) {
        this.size = size;
    }

    /// Reads the protocol's name of a type.
    static Datatype parse(String name) {
        return Arrays.stream(values())
                .filter(type -> type.name().equals(name))
                .findFirst()
                .orElseThrow(() -> UnmaskException.invalid("there is no datatype '" + name + "'"));
    }

    /// In a model's configuration: `TYPE_FP32`.
    String configName() {
        return "TYPE_" + (this == BYTES ? "STRING" : name());
    }

    /// Bytes of one element; 0 where elements differ.
    int size() {
        return size;
    }
}
