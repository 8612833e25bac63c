package dev.unmask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MaskTest {

    private final PatchGrid grid = new PatchGrid(32, 48, 16); // 2 rows of 3

    @Test
    void keepsThePatchesOfSmallestNoiseInTheirOrder() {
        Mask mask = Mask.ofNoise(grid, 0.5, new float[] {.5f, .1f, .9f, .3f, .2f, .8f});
        assertThat(mask.kept()).isEqualTo(3);
        assertThat(mask.order()).containsExactly(1, 4, 3, 0, 5, 2);
        assertThat(mask.toString()).isEqualTo("101001");
    }

    @Test
    void breaksTiesByPatchNumber() {
        Mask mask = Mask.ofNoise(grid, 0.5, new float[] {1, 0, -0f, 1, 0, 1});
        assertThat(mask.order()).containsExactly(1, 2, 4, 0, 3, 5);
    }

    @Test
    void sortsNegativeNoiseBelowPositive() {
        Mask mask = Mask.ofNoise(grid, 0, new float[] {0, -1, 2, -3, 1, -.5f});
        assertThat(mask.order()).containsExactly(3, 1, 5, 0, 4, 2);
    }

    @Test
    void showsEachPatchItsPlace() {
        for (long seed = 0; seed < 50; seed++) {
            Mask mask = Mask.random(new PatchGrid(224, 224, 16), 0.75, seed);
            int[] order = mask.order();
            int[] restore = mask.restore();
            for (int patch = 0; patch < order.length; patch++) {
                assertThat(order[restore[patch]]).isEqualTo(patch);
                assertThat(mask.hidden()[patch]).isEqualTo(restore[patch] >= mask.kept());
            }
        }
    }

    @Test
    void readsWhatItWrites() {
        Mask mask = Mask.random(new PatchGrid(224, 224, 16), 0.6, 11);
        Mask read = Mask.parse(new PatchGrid(224, 224, 16), mask.toString());
        assertThat(read.toString()).isEqualTo(mask.toString());
        assertThat(read.kept()).isEqualTo(mask.kept());
    }

    @Test
    void readsPatchNumbers() {
        assertThat(Mask.parse(grid, "[0, 5]").toString()).isEqualTo("100001");
        assertThat(Mask.parse(grid, "1,2").toString()).isEqualTo("011000");
        assertThat(Mask.parse(grid, "[]").toString()).isEqualTo("000000");
    }

    @Test
    void seesTheVisiblePatchesOfAHandMadeMaskInTheirOwnOrder() {
        assertThat(Mask.parse(grid, "010010").order()).containsExactly(0, 2, 3, 5, 1, 4);
    }

    @Test
    void hidesNothingWhenAsked() {
        Mask mask = Mask.none(grid);
        assertThat(mask.kept()).isEqualTo(6);
        assertThat(mask.order()).containsExactly(0, 1, 2, 3, 4, 5);
    }

    @Test
    void refusesAMaskOfTheWrongLength() {
        assertThatThrownBy(() -> Mask.parse(grid, "0101"))
                .hasMessage("mask has 4 values; the model has 6 patches (2 rows of 3)");
    }

    @Test
    void refusesAMaskThatHidesEverything() {
        assertThatThrownBy(() -> Mask.parse(grid, "111111"))
                .hasMessage("the mask hides all 6 patches; at least one must stay visible");
    }

    @ParameterizedTest
    @ValueSource(strings = {"01x010", "0101 0"})
    void refusesOtherCharacters(String mask) {
        assertThatThrownBy(() -> Mask.parse(grid, mask)).hasMessageContaining("it takes 0 and 1");
    }

    @Test
    void refusesPatchesThatAreNotThere() {
        assertThatThrownBy(() -> Mask.hiding(grid, List.of(6)))
                .hasMessage("patch 6 is not one of the 6 patches 0 to 5");
        assertThatThrownBy(() -> Mask.parse(grid, "1,x")).hasMessage("'x' is not a patch number");
    }

    @Test
    void refusesNoiseThatIsNoNumber() {
        float[] noise = new float[6];
        Arrays.fill(noise, Float.NaN);
        assertThatThrownBy(() -> Mask.ofNoise(grid, 0.5, noise)).hasMessageContaining("NaN");
        assertThatThrownBy(() -> Mask.ofNoise(grid, 0.5, new float[5])).hasMessageContaining("5 values");
    }
}
