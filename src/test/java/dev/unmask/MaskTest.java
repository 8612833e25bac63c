package dev.unmask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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

    @Test
    void showsTheCallersPatchesInTheCallersOrder() {
        Mask mask = Mask.keeping(grid, new long[] {4, 0, 3});
        assertThat(mask.kept()).isEqualTo(3);
        assertThat(mask.order()).containsExactly(4, 0, 3, 1, 2, 5);
        assertThat(mask.toString()).isEqualTo("011001");
        assertThat(Mask.keeping(grid, new long[] {5, 4, 3, 2, 1, 0}).order()).containsExactly(5, 4, 3, 2, 1, 0);
    }

    @Test
    void comesBackFromItsPlacesAndFromItsPatches() {
        PatchGrid large = new PatchGrid(224, 224, 16);
        for (long seed = 0; seed < 50; seed++) {
            Mask mask = Mask.random(large, seed / 50.0, seed);
            Mask restored = Mask.restoring(large, longs(mask.restore()), mask.kept());
            assertThat(restored.order()).isEqualTo(mask.order());
            assertThat(restored.restore()).isEqualTo(mask.restore());
            assertThat(restored.kept()).isEqualTo(mask.kept());
            Mask kept = Mask.keeping(large, longs(Arrays.copyOf(mask.order(), mask.kept())));
            assertThat(kept.hidden()).isEqualTo(mask.hidden());
            assertThat(Arrays.copyOf(kept.order(), kept.kept())).isEqualTo(Arrays.copyOf(mask.order(), mask.kept()));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0 6|ids_keep holds 6, which is not in 0 to 5",
                "-1|ids_keep holds -1, which is not in 0 to 5",
                "4294967296|ids_keep holds 4294967296, which is not in 0 to 5",
                "1 2 1|ids_keep holds 1 twice; it takes each number once",
                "''|ids_keep has 0 values; it takes 1 to 6, as many as the model has patches",
                "0 1 2 3 4 5 0|ids_keep has 7 values; it takes 1 to 6, as many as the model has patches",
            })
    void refusesPatchesThatCannotBeKept(String ids, String message) {
        assertInvalid(() -> Mask.keeping(grid, longs(ids)), message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0 1 2 3 4 6|3|ids_restore holds 6, which is not in 0 to 5",
                "0 1 2 3 4 4|3|ids_restore holds 4 twice; it takes each number once",
                "0 1 2 3 4|3|ids_restore has 5 values; the model has 6 patches (2 rows of 3)",
                "0 1 2 3 4 5|0|0 visible patches are not in 1 to 6",
                "0 1 2 3 4 5|7|7 visible patches are not in 1 to 6",
            })
    void refusesPlacesThatAreNoPermutation(String ids, int kept, String message) {
        assertInvalid(() -> Mask.restoring(grid, longs(ids), kept), message);
    }

    private static void assertInvalid(ThrowingCallable call, String message) {
        assertThatThrownBy(call)
                .hasMessage(message)
                .isInstanceOfSatisfying(
                        UnmaskException.class,
                        refusal -> assertThat(refusal.fault()).isEqualTo(Fault.INVALID));
    }

    private static long[] longs(int[] ids) {
        return Arrays.stream(ids).asLongStream().toArray();
    }

    private static long[] longs(String ids) {
        return Arrays.stream(ids.split(" "))
                .filter(id -> !id.isEmpty())
                .mapToLong(Long::parseLong)
                .toArray();
    }
}
