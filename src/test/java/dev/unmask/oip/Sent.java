package dev.unmask.oip;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.LongStream;

/// Tensors as callers send them; the random ones always the same.
final class Sent {

    private Sent() {}

    /// Normalised pixels for a model of 32 x 32.
    static InferInput pixels(int rows) {
        return floats("pixels", List.of((long) rows, 3L, 32L, 32L));
    }

    static InferInput noise(int rows, int patches) {
        return floats("noise", List.of((long) rows, (long) patches));
    }

    /// Random numbers.
    static InferInput floats(String name, List<Long> shape) {
        int count = count(shape);
        RandomGenerator random = random(name.hashCode());
        ByteBuffer data = room(count * Float.BYTES);
        while (data.hasRemaining()) {
            data.putFloat((float) random.nextGaussian());
        }
        return new InferInput(name, Datatype.FP32, shape, data.flip());
    }

    /// Random bytes.
    static InferInput uint8(String name, List<Long> shape) {
        byte[] data = new byte[count(shape)];
        random(name.hashCode()).nextBytes(data);
        return new InferInput(name, Datatype.UINT8, shape, ByteBuffer.wrap(data));
    }

    static InferInput longs(String name, List<Long> shape, long... values) {
        ByteBuffer data = room(values.length * Long.BYTES);
        LongStream.of(values).forEach(data::putLong);
        return new InferInput(name, Datatype.INT64, shape, data.flip());
    }

    /// Pictures' files, a row each.
    static InferInput images(byte[]... files) {
        List<Long> shape = List.of((long) files.length, 1L);
        return new InferInput(
                "image",
                Datatype.BYTES,
                shape,
                InferOutput.of("image", shape, List.of(files)).data());
    }

    static RandomGenerator random(long seed) {
        return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    }

    private static int count(List<Long> shape) {
        return Math.toIntExact(shape.stream().reduce(1L, Math::multiplyExact));
    }

    private static ByteBuffer room(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
