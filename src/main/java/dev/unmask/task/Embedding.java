package dev.unmask.task;

import dev.unmask.Tensor;
import dev.unmask.UnmaskException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/// The vector of a picture, or the vectors of its patches, and the type they are stored in.
public final class Embedding {

    /// How a vector is stored.
    public enum Dtype {
        /// As the model gives it.
        FLOAT32,
        /// IEEE half precision, to nearest, ties to even.
        FLOAT16,
        /// A byte each in -127..127, to be multiplied by the vector's own scale: its largest absolute value / 127.
        INT8,
        /// A bit each, 1 where positive, highest bit first, as `numpy.packbits(x > 0)`.
        BINARY;

        public static Dtype parse(String text) {
            return Arrays.stream(values())
                    .filter(dtype -> dtype.toString().equals(text))
                    .findFirst()
                    .orElseThrow(() ->
                            UnmaskException.invalid("dtype '" + text + "' is not float32, float16, int8 or binary"));
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final int INT8_MAX = 127;

    private final Tensor vectors;
    private final Dtype dtype;
    private final double norm;

    Embedding(Tensor vectors, Dtype dtype, double norm) {
        this.vectors = vectors;
        this.dtype = dtype;
        this.norm = norm;
    }

    /// float32 before it is encoded: (D), or (N, D) for patches, in the order of the grid.
    public Tensor vectors() {
        return vectors;
    }

    public Dtype dtype() {
        return dtype;
    }

    /// The L2 length of the vector as the model gave it, before it was normalised; the mean length where there are
    /// several.
    public double norm() {
        return norm;
    }

    /// Whether there is a vector for each patch.
    public boolean perPatch() {
        return vectors.shape().length > 1;
    }

    /// What the numbers of int8 are to be multiplied by, one per vector; empty for the other types.
    public List<Float> scales() {
        return dtype == Dtype.INT8 ? rows().stream().map(Embedding::scale).toList() : List.of();
    }

    /// All vectors one after the other, little-endian; of binary, each begins a new byte.
    public byte[] bytes() {
        List<float[]> rows = rows();
        ByteBuffer bytes = ByteBuffer.allocate(rows.size() * rowBytes()).order(ByteOrder.LITTLE_ENDIAN);
        rows.forEach(row -> encode(row, bytes));
        return bytes.array();
    }

    /// The numbers that are stored, a list per vector: of binary, its bytes as 0..255.
    public List<List<Number>> numbers() {
        ByteBuffer bytes = ByteBuffer.wrap(bytes()).order(ByteOrder.LITTLE_ENDIAN);
        IntFunction<Number> next = switch (dtype) {
            case FLOAT32 -> _ -> bytes.getFloat();
            case FLOAT16 -> _ -> Float.float16ToFloat(bytes.getShort());
            case INT8 -> _ -> bytes.get();
            case BINARY -> _ -> Byte.toUnsignedInt(bytes.get());
        };
        int count = dtype == Dtype.BINARY ? rowBytes() : width();
        List<List<Number>> numbers = new ArrayList<>();
        while (bytes.hasRemaining()) {
            numbers.add(IntStream.range(0, count).mapToObj(next).toList());
        }
        return numbers;
    }

    private int width() {
        long[] shape = vectors.shape();
        return (int) shape[shape.length - 1];
    }

    private int rowBytes() {
        return switch (dtype) {
            case FLOAT32 -> width() * Float.BYTES;
            case FLOAT16 -> width() * Short.BYTES;
            case INT8 -> width();
            case BINARY -> Math.ceilDiv(width(), Byte.SIZE);
        };
    }

    private List<float[]> rows() {
        Tensor table = vectors.reshape(vectors.size() / width(), width());
        return IntStream.range(0, (int) table.shape()[0])
                .mapToObj(row -> table.row(row).toFloats())
                .toList();
    }

    private void encode(float[] row, ByteBuffer to) {
        switch (dtype) {
            case FLOAT32 -> {
                for (float value : row) {
                    to.putFloat(value);
                }
            }
            case FLOAT16 -> {
                for (float value : row) {
                    to.putShort(Float.floatToFloat16(value));
                }
            }
            case INT8 -> {
                float scale = scale(row);
                for (float value : row) {
                    to.put(quantized(value, scale));
                }
            }
            case BINARY -> to.put(signs(row));
        }
    }

    private static float scale(float[] row) {
        float most = 0;
        for (float value : row) {
            most = Math.max(most, Math.abs(value));
        }
        return most / INT8_MAX;
    }

    private static byte quantized(float value, float scale) {
        return scale == 0 ? 0 : (byte) Math.clamp(Math.rint(value / scale), -INT8_MAX, INT8_MAX);
    }

    private static byte[] signs(float[] row) {
        byte[] signs = new byte[Math.ceilDiv(row.length, Byte.SIZE)];
        for (int i = 0; i < row.length; i++) {
            if (row[i] > 0) {
                signs[i / Byte.SIZE] |= (byte) (0x80 >> (i % Byte.SIZE));
            }
        }
        return signs;
    }
}
