package dev.unmask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PatchesTest {

    private static final Normalization IMAGENET =
            new Normalization(List.of(0.485f, 0.456f, 0.406f), List.of(0.229f, 0.224f, 0.225f));

    private final PatchGrid grid = new PatchGrid(32, 48, 8);

    @Test
    void patchesPutBackTogetherAreThePicture() {
        byte[] bytes = new byte[32 * 48 * 3];
        new Random(1).nextBytes(bytes);
        Tensor picture = Tensor.of(bytes, 32, 48, 3);
        Tensor patches = Patches.patchify(IMAGENET.normalize(picture), grid);
        assertThat(Patches.picture(patches, grid, IMAGENET).toBytes()).isEqualTo(bytes);
    }

    @Test
    void aPatchHoldsItsRowsWithTheChannelLast() {
        float[] pixels = new float[3 * 32 * 48];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = i;
        }
        Tensor patches = Patches.patchify(Tensor.of(pixels, 3, 32, 48), grid);
        int patch = 1 * 6 + 2; // second row, third column
        int row = 3;
        int column = 5;
        int channel = 1;
        float value = patches.floats().get(patch * 192 + (row * 8 + column) * 3 + channel);
        assertThat(value).isEqualTo(channel * 32 * 48 + (8 + row) * 48 + 16 + column);
    }

    @Test
    void theLossCountsHiddenPatchesOnly() {
        Tensor predicted = Tensor.of(new float[] {0, 0, 1, 1, 5, 5}, 3, 2);
        Tensor target = Tensor.of(new float[] {9, 9, 1, 3, 4, 5}, 3, 2);
        double[] errors = Patches.errors(predicted, target);
        assertThat(errors).containsExactly(81, 2, 0.5);
        Mask mask = Mask.parse(new PatchGrid(8, 24, 8), "011");
        assertThat(Patches.loss(errors, mask)).isEqualTo(1.25);
        assertThat(Patches.loss(errors, Mask.none(new PatchGrid(8, 24, 8)))).isNaN();
    }

    @Test
    void normalisingCanBeUndone() {
        Random random = new Random(2);
        float[] values = new float[24 * 192];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat() * 4 - 2;
        }
        Tensor patches = Tensor.of(values, 24, 192);
        Tensor normalized = Patches.normalize(patches);
        double sum = 0;
        for (int i = 0; i < 192; i++) {
            sum += normalized.floats().get(i);
        }
        assertThat(sum / 192).isCloseTo(0, within(1e-6));
        float[] back = Patches.denormalize(normalized, patches).toFloats();
        for (int i = 0; i < values.length; i++) {
            assertThat(back[i]).isCloseTo(values[i], within(1e-5f));
        }
    }
}
