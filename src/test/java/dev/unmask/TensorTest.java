package dev.unmask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TensorTest {

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aViewReadsWhereTheBytesAre(boolean direct) {
        ByteBuffer bytes = holding(Tensor.Type.FLOAT32, 6, direct);
        Tensor view = Tensor.view(Tensor.Type.FLOAT32, bytes.asReadOnlyBuffer(), 2, 3);
        assertThat(view.shape()).containsExactly(2, 3);
        assertThat(view.toFloats()).containsExactly(0, 1, 2, 3, 4, 5);
        assertThat(view.floats().get(4)).isEqualTo(4);
        assertThat(view.bytes().getFloat(8)).isEqualTo(2);
        assertThat(view.toBytes()).isEqualTo(Tensor.of(view.toFloats(), 6).toBytes());
        assertThat(bytes.position()).isEqualTo(1);
        bytes.putFloat(1, 7);
        assertThat(view.toFloats()).as("nothing was copied").startsWith(7, 1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void rowsAndShapesOfAViewAreViews(boolean direct) {
        ByteBuffer bytes = holding(Tensor.Type.INT64, 6, direct);
        Tensor view = Tensor.view(Tensor.Type.INT64, bytes, 3, 2);
        assertThat(view.row(1).longs().get(1)).isEqualTo(3);
        assertThat(view.reshape(2, 3).row(1).longs().get(0)).isEqualTo(3);
        assertThat(view.row(2).row(1).toBytes()).containsExactly(5, 0, 0, 0, 0, 0, 0, 0);
        bytes.putLong(1 + 3 * Long.BYTES, 7);
        assertThat(view.row(1).longs().get(1)).isEqualTo(7);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void tasksComputeWithViewsAsWithTheirOwn(boolean direct) {
        PatchGrid grid = new PatchGrid(4, 2, 2);
        Normalization plain = new Normalization(List.of(0f, 0f, 0f), List.of(1f, 1f, 1f));
        Tensor picture = Tensor.view(
                Tensor.Type.UINT8, holding(Tensor.Type.UINT8, 24, direct).asReadOnlyBuffer(), 4, 2, 3);
        Tensor own = Tensor.of(picture.toBytes(), 4, 2, 3);
        assertThat(plain.normalize(picture).toFloats())
                .isEqualTo(plain.normalize(own).toFloats());
        Tensor pixels = Tensor.view(
                Tensor.Type.FLOAT32, holding(Tensor.Type.FLOAT32, 24, direct).asReadOnlyBuffer(), 3, 4, 2);
        assertThat(Patches.patchify(pixels, grid).toFloats())
                .isEqualTo(Patches.patchify(Tensor.of(pixels.toFloats(), 3, 4, 2), grid)
                        .toFloats());
    }

    @ParameterizedTest
    @CsvSource({"24, '24 bytes for float32[7]'", "29, '29 bytes for float32[7]'", "0, '0 bytes for float32[7]'"})
    void refusesBytesThatDoNotFillTheShape(int bytes, String message) {
        assertThatThrownBy(() -> Tensor.view(Tensor.Type.FLOAT32, ByteBuffer.allocate(bytes), 7))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "-2,-2", "4294967296", "65536,65536", "4294967296,4294967296", "1073741824"})
    void refusesShapesThatNoMemoryHas(String sides) {
        long[] shape =
                Arrays.stream(sides.split(",")).mapToLong(Long::parseLong).toArray();
        assertThatThrownBy(() -> Tensor.view(Tensor.Type.FLOAT32, ByteBuffer.allocate(16), shape))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /// Values of a type, 0 and up, between other bytes, one of which comes first: so no number is aligned.
    private static ByteBuffer holding(Tensor.Type type, int values, boolean direct) {
        int bytes = 1 + values * type.bytes() + 3;
        ByteBuffer memory = direct ? ByteBuffer.allocateDirect(bytes) : ByteBuffer.allocate(bytes);
        memory.order(ByteOrder.LITTLE_ENDIAN).put((byte) 99);
        for (int value = 0; value < values; value++) {
            switch (type) {
                case FLOAT32 -> memory.putFloat(value);
                case INT64 -> memory.putLong(value);
                case UINT8 -> memory.put((byte) value);
            }
        }
        return memory.flip().position(1);
    }
}
