package dev.unmask.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.unmask.Tensor;
import dev.unmask.task.Embed.Pool;
import dev.unmask.task.Embedding.Dtype;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EmbedTest {

    /// A class token and two patches of four values.
    private static final Fake PATCHES =
            Fake.of(1, 2, List.of(), _ -> Tensor.of(new float[] {9, 9, 9, 9, 3, 0, -4, 0, 0, 0, 0, 0}, 3, 4));

    @Test
    void eachPatchIsAVectorOfItsOwn() {
        Embedding unit = patches(true, Dtype.FLOAT32);
        assertThat(unit.perPatch()).isTrue();
        assertThat(unit.vectors().toFloats()).containsExactly(0.6f, 0, -0.8f, 0, 0, 0, 0, 0);
        assertThat(patches(false, Dtype.INT8).scales()).containsExactly(4 / 127f, 0f);
        assertThat(patches(false, Dtype.INT8).numbers())
                .containsExactly(
                        List.of((byte) 95, (byte) 0, (byte) -127, (byte) 0),
                        List.of((byte) 0, (byte) 0, (byte) 0, (byte) 0));
        assertThat(patches(false, Dtype.BINARY).bytes()).containsExactly(0b1000_0000, 0);
        assertThat(patches(false, Dtype.BINARY).numbers()).containsExactly(List.of(128), List.of(0));
        assertThat(patches(false, Dtype.FLOAT16).numbers().getFirst()).containsExactly(3f, 0f, -4f, 0f);
    }

    /// Of lengths 5 and 0; a vector that was brought to length 1 still tells it.
    @Test
    void theNormIsThatOfTheModelsVectors() {
        assertThat(patches(true, Dtype.FLOAT32).norm()).isEqualTo(2.5);
        Fake model = Fake.giving(3, 0, -4);
        assertThat(new Embed(model, Pool.MEAN, true, Dtype.INT8)
                        .run(model.picture())
                        .norm())
                .isEqualTo(5);
    }

    @Test
    void int8TurnsBackWithinHalfAStep() {
        Random random = new Random(1);
        for (int width = 1; width < 200; width++) {
            float[] vector = new float[width];
            for (int i = 0; i < width; i++) {
                vector[i] = (float) (random.nextGaussian() * Math.pow(10, random.nextInt(-40, 30)));
            }
            Fake model = Fake.giving(vector);
            Embedding embedding = new Embed(model, Pool.MEAN, false, Dtype.INT8).run(model.picture());
            float scale = embedding.scales().getFirst();
            for (int i = 0; i < width; i++) {
                double back = embedding.numbers().getFirst().get(i).intValue() * (double) scale;
                assertThat(back).isCloseTo(vector[i], within(0.5001 * scale + 100 * Float.MIN_VALUE));
            }
        }
    }

    @Test
    void picturesOfABatchAreAnsweredInTheirOrder() {
        Fake first = Fake.of(
                1, 2, List.of(), row -> Tensor.of(new float[] {row.pixels().toBytes()[0]}, 1));
        List<Tensor> pictures = List.of(plain(3), plain(1), plain(2));
        assertThat(new Embed(first, Pool.CLS, false, Dtype.FLOAT32).run(pictures))
                .extracting(embedding -> embedding.vectors().toFloats()[0])
                .containsExactly(3f, 1f, 2f);
    }

    @Test
    void anotherDtypeIsRefused() {
        assertThatThrownBy(() -> Dtype.parse("int4"))
                .hasMessage("dtype 'int4' is not float32, float16, int8 or binary");
    }

    private static Embedding patches(boolean normalize, Dtype dtype) {
        return new Embed(PATCHES, Pool.PATCHES, normalize, dtype).run(PATCHES.picture());
    }

    private static Tensor plain(int level) {
        byte value = (byte) level;
        return Tensor.of(new byte[] {value, value, value, value, value, value}, 1, 2, 3);
    }
}
