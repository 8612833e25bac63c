package dev.unmask;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.Locale;

/// A dense array of numbers in row-major order.
///
/// One that is allocated lies in direct memory, so that native code reads and writes it without a copy; a [#view] lies
/// wherever its bytes came from. Whoever fills a tensor does so before handing it on; from then on it is only read, by
/// any number of threads.
public final class Tensor {

    /// The element types the graphs speak.
    public enum Type {
        FLOAT32(4),
        UINT8(1),
        INT64(8);

        private final int bytes;

        Type(int bytes) {
            this.bytes = bytes;
        }

        /// Bytes of one element.
        public int bytes() {
            return bytes;
        }
    }

    private final Type type;
    private final long[] shape;
    private final ByteBuffer data;

    private Tensor(Type type, long[] shape, ByteBuffer data) {
        this.type = type;
        this.shape = shape;
        this.data = data;
    }

    /// A tensor of zeros, to be filled by the caller.
    public static Tensor allocate(Type type, long... shape) {
        int bytes = Math.multiplyExact(elements(shape), type.bytes());
        return new Tensor(type, shape.clone(), ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder()));
    }

    /// A tensor that is the given memory, from its position to its limit, which may be read-only and begin anywhere.
    /// Nobody may change it as long as the tensor is used.
    ///
    /// @param littleEndian the order of the wire, and of every machine that ONNX Runtime runs on
    public static Tensor view(Type type, ByteBuffer littleEndian, long... shape) {
        Tensor tensor = new Tensor(type, shape.clone(), littleEndian.slice());
        if (littleEndian.remaining() != (long) tensor.size() * type.bytes()) {
            throw new IllegalArgumentException(littleEndian.remaining() + " bytes for " + tensor);
        }
        return tensor;
    }

    public static Tensor of(float[] values, long... shape) {
        Tensor tensor = allocate(Type.FLOAT32, shape);
        tensor.floats().put(values);
        return tensor.filledBy(values.length);
    }

    public static Tensor of(byte[] values, long... shape) {
        Tensor tensor = allocate(Type.UINT8, shape);
        tensor.bytes().put(values);
        return tensor.filledBy(values.length);
    }

    public static Tensor of(long[] values, long... shape) {
        Tensor tensor = allocate(Type.INT64, shape);
        tensor.longs().put(values);
        return tensor.filledBy(values.length);
    }

    public Type type() {
        return type;
    }

    public long[] shape() {
        return shape.clone();
    }

    /// The number of elements.
    public int size() {
        return elements(shape);
    }

    /// The elements of a float32 tensor, position 0 to `size()`.
    public FloatBuffer floats() {
        require(Type.FLOAT32);
        return bytes().asFloatBuffer();
    }

    /// The elements of an int64 tensor, position 0 to `size()`.
    public LongBuffer longs() {
        require(Type.INT64);
        return bytes().asLongBuffer();
    }

    /// The raw bytes of a tensor of any type, in native order.
    public ByteBuffer bytes() {
        return data.duplicate().order(ByteOrder.nativeOrder());
    }

    public float[] toFloats() {
        float[] values = new float[size()];
        floats().get(values);
        return values;
    }

    public byte[] toBytes() {
        byte[] values = new byte[data.capacity()];
        bytes().get(values);
        return values;
    }

    /// Row `i` along the first dimension: a view that shares memory with this tensor.
    public Tensor row(int i) {
        long[] rest = Arrays.copyOfRange(shape, 1, shape.length);
        int bytes = elements(rest) * type.bytes();
        return new Tensor(type, rest, data.slice(i * bytes, bytes).order(ByteOrder.nativeOrder()));
    }

    /// The same elements under another shape.
    public Tensor reshape(long... other) {
        if (elements(other) != size()) {
            throw new IllegalArgumentException("cannot view " + this + " as " + Arrays.toString(other));
        }
        return new Tensor(type, other.clone(), data);
    }

    @Override
    public String toString() {
        return type.name().toLowerCase(Locale.ROOT) + Arrays.toString(shape);
    }

    private Tensor filledBy(int values) {
        if (values != size()) {
            throw new IllegalArgumentException(values + " values for " + this);
        }
        return this;
    }

    private void require(Type wanted) {
        if (type != wanted) {
            throw new IllegalStateException(this + " is not " + wanted);
        }
    }

    /// The product of the sides, which an `int` must hold.
    private static int elements(long[] shape) {
        long elements = 1;
        for (long side : shape) {
            if (side < 0 || side > Integer.MAX_VALUE || elements * side > Integer.MAX_VALUE) {
                throw new IllegalArgumentException("no tensor has the shape " + Arrays.toString(shape));
            }
            elements *= side;
        }
        return (int) elements;
    }
}
