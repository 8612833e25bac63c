package dev.unmask.oip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Data fill their shape, whatever either says.
class InferInputTest {

    private static final long HUGE = 1_000_000_000_000_000_000L;

    @Test
    void dataThatDoNotFillTheShapeAreRefused() {
        refused(Datatype.FP32, List.of(2L), new byte[7], "input 'x' has 7 bytes; FP32 [2] takes 2 x 4");
        refused(Datatype.FP32, List.of(2L), new byte[0], "input 'x' has 0 bytes; FP32 [2] takes 2 x 4");
        refused(Datatype.INT64, List.of(0L), new byte[8], "input 'x' has 8 bytes; INT64 [0] takes 0 x 8");
        refused(
                Datatype.FP32,
                List.of(1L << 30, 4L),
                new byte[0],
                "input 'x' has 0 bytes; FP32 [1073741824, 4] takes 4294967296 x 4");
    }

    @Test
    void shapesThatOverflowAreRefused() {
        refused(
                Datatype.FP32,
                List.of(HUGE, HUGE),
                new byte[4],
                "input 'x' has the shape [" + HUGE + ", " + HUGE + "], which is too large");
        refused(
                Datatype.BYTES,
                List.of(HUGE, HUGE),
                new byte[4],
                "input 'x' has the shape [" + HUGE + ", " + HUGE + "], which is too large");
        refused(
                Datatype.UINT8,
                List.of(1L << 32),
                new byte[0],
                "input 'x' has 0 bytes; UINT8 [4294967296] takes" + " 4294967296 x 1");
    }

    @Test
    void negativeDimensionsAreRefused() {
        refused(
                Datatype.FP32,
                List.of(-1L, 4L),
                new byte[16],
                "input 'x' has the shape [-1, 4]; no dimension of a request may be negative");
        refused(
                Datatype.FP32,
                List.of(-2L, -2L),
                new byte[16],
                "input 'x' has the shape [-2, -2]; no dimension of a request may be negative");
    }

    @Test
    void elementsOfBytesAreTakenApart() {
        byte[] data = bytes(2, 'a', 'b', 0, 1, 'c');
        InferInput input = new InferInput("x", Datatype.BYTES, List.of(3L, 1L), ByteBuffer.wrap(data));
        assertThat(input.elements()).containsExactly(new byte[] {'a', 'b'}, new byte[0], new byte[] {'c'});
        assertThat(input.elements()).as("asked again").hasSize(3);
    }

    @Test
    void elementsThatAreNotAsManyAsTheShapeSaysAreRefused() {
        refused(Datatype.BYTES, List.of(2L), bytes(1, 'a'), "input 'x' has 1 elements; its shape takes 2");
        refused(Datatype.BYTES, List.of(1L), bytes(0, 0), "input 'x' has 2 elements; its shape takes 1");
        refused(Datatype.BYTES, List.of(HUGE), bytes(0), "input 'x' has 1 elements; its shape takes " + HUGE);
        refused(
                Datatype.BYTES,
                List.of(1L),
                new byte[] {0, 0, 0, 0, 7, 7, 7},
                "input 'x' has 1 elements and 3 bytes; its shape takes 1");
    }

    @Test
    void anElementLongerThanWhatFollowsIsRefused() {
        refused(
                Datatype.BYTES,
                List.of(1L),
                new byte[] {5, 0, 0, 0, 1},
                "element 0 of input 'x' says it has 5 bytes; 1 follow");
        refused(
                Datatype.BYTES,
                List.of(1L),
                new byte[] {-1, -1, -1, -1, 1},
                "element 0 of input 'x' says it has 4294967295 bytes; 1 follow");
    }

    /// What perf_analyzer sends when a file has a picture in base64 and no length before it.
    @Test
    void aPictureWithoutItsLengthIsToldToBringOne() {
        byte[] jpeg = {(byte) 0xFF, (byte) 0xD8, (byte) 0xFF, (byte) 0xE0, 0, 16, 'J', 'F', 'I', 'F'};
        assertThatThrownBy(() -> input(Datatype.BYTES, List.of(1L), jpeg))
                .hasMessageStartingWith("element 0 of input 'x' says it has 3774863615 bytes; 6 follow")
                .hasMessageContaining("a length of 4 bytes, little-endian, goes before each element");
        byte[] png = {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10};
        assertThatThrownBy(() -> input(Datatype.BYTES, List.of(1L), png))
                .hasMessageContaining("a length of 4 bytes, little-endian, goes before each element");
    }

    private static void refused(Datatype datatype, List<Long> shape, byte[] data, String message) {
        assertThatThrownBy(() -> input(datatype, shape, data)).hasMessageStartingWith(message);
    }

    private static InferInput input(Datatype datatype, List<Long> shape, byte[] data) {
        return new InferInput("x", datatype, shape, ByteBuffer.wrap(data));
    }

    /// Small numbers as lengths of 4 bytes, characters as bytes.
    private static byte[] bytes(int... parts) {
        ByteBuffer bytes = ByteBuffer.allocate(parts.length * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int part : parts) {
            if (part < 'a') {
                bytes.putInt(part);
            } else {
                bytes.put((byte) part);
            }
        }
        byte[] whole = new byte[bytes.flip().remaining()];
        bytes.get(whole);
        return whole;
    }
}
