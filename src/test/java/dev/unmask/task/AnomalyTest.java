package dev.unmask.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.unmask.Card;
import dev.unmask.Model;
import dev.unmask.Output;
import dev.unmask.PatchGrid;
import dev.unmask.Row;
import dev.unmask.Tensor;
import dev.unmask.UnmaskException;
import dev.unmask.task.Anomaly.Finding;
import dev.unmask.task.Anomaly.Pass;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AnomalyTest {

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 16, 24, 49, 196, 256})
    void everyPatchIsJudgedOncePerRoundWhereItIsHidden(int patches) {
        PatchGrid grid = new PatchGrid(1, patches, 1);
        for (int masks = 2; masks <= patches; masks++) {
            List<Pass> passes = Anomaly.round(grid, masks, masks);
            List<Integer> judged =
                    passes.stream().flatMap(pass -> pass.judged().stream()).toList();
            assertThat(passes).hasSize(masks);
            assertThat(judged)
                    .containsExactlyInAnyOrderElementsOf(
                            IntStream.range(0, patches).boxed().toList());
            for (Pass pass : passes) {
                boolean[] hidden = pass.mask().hidden();
                assertThat(pass.judged()).isNotEmpty().allMatch(patch -> hidden[patch]);
                assertThat(pass.mask().kept()).isEqualTo(patches - Math.ceilDiv(patches, masks));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"4, 1", "3, 5", "7, 2"})
    void allPassesAreRowsOfOneBatchOfTheSamePicture(int masks, int rounds) {
        List<Row> seen = new ArrayList<>();
        Fake model = Fake.of(4, 6, List.of(), row -> {
            seen.add(row);
            return Tensor.allocate(Tensor.Type.FLOAT32, 24, 3);
        });
        Tensor picture = model.picture();
        Finding finding = new Anomaly(model, masks, rounds, 0, 0.02).run(picture);
        assertThat(seen).hasSize(masks * rounds).allMatch(row -> row.pixels() == picture);
        assertThat(seen.stream().map(row -> row.mask().toString()).distinct()).hasSize(masks * rounds);
        assertThat(finding.errors()).hasSize(24).containsOnly(0.0);
    }

    /// Visible patches are guessed as 100, which must not count; hidden ones as their number.
    @Test
    void onlyGuessesOfHiddenPatchesCount() {
        Fake model = Fake.of(4, 6, List.of(), row -> {
            boolean[] hidden = row.mask().hidden();
            float[] guesses = new float[24];
            for (int patch = 0; patch < guesses.length; patch++) {
                guesses[patch] = hidden[patch] ? patch : 100;
            }
            return spread(guesses);
        });
        requireSquares(model);
    }

    @Test
    void aModelThatTellsErrorsIsAskedForNothingElse() {
        Fake model = Fake.of(4, 6, List.of(), row -> {
            boolean[] hidden = row.mask().hidden();
            float[] errors = new float[24];
            for (int patch = 0; patch < errors.length; patch++) {
                errors[patch] = hidden[patch] ? patch * patch : 1e4f;
            }
            return Tensor.of(errors, 24);
        });
        assertThat(Anomaly.wanted(model.card())).isEqualTo(Output.PATCHES);
        assertThat(Anomaly.wanted(model.judging().card())).isEqualTo(Output.PATCH_ERROR);
        requireSquares(model.judging());
    }

    /// The error of every patch is the square of its number.
    private static void requireSquares(Fake model) {
        List<Double> expected =
                IntStream.range(0, 24).mapToObj(patch -> (double) patch * patch).toList();
        for (int rounds = 1; rounds <= 4; rounds++) {
            Finding finding = new Anomaly(model, 5, rounds, 3, 0.1).run(model.picture());
            for (int patch = 0; patch < 24; patch++) {
                assertThat(finding.errors().get(patch)).isCloseTo(expected.get(patch), within(1e-9));
            }
            assertThat(finding.max()).isCloseTo(Collections.max(expected), within(1e-9));
            assertThat(finding.score()).isCloseTo((23 * 23 + 22 * 22) / 2.0, within(1e-9)); // 0.1 of 24 is 2
        }
    }

    @Test
    void theTopIsAtLeastOnePatchAndAtMostAll() {
        Fake model = Fake.of(4, 6, List.of(), _ -> spread(new float[24]));
        assertThat(score(model, 1e-9)).isEqualTo(score(model, 1)).isZero();
    }

    @Test
    void heatKeepsAPlainMapPlainAndPeaksOverTheOddPatch() {
        PatchGrid grid = new PatchGrid(20, 30, 5);
        double[] map = new double[24];
        Arrays.fill(map, 0.5);
        assertThat(Heat.of(map, grid).toFloats()).containsOnly(0.5f);
        map[8] = 16.5; // row 1, column 2: its middle is pixel 7, 12
        float[] heat = Heat.of(map, grid).toFloats();
        assertThat(heat[7 * 30 + 12]).isEqualTo(4.5f); // 4 of 16 parts
        for (float value : heat) {
            assertThat(value).isBetween(0.5f, 4.5f);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1|1|0.1|masks 1 is not in 2..24; the model has 24 patches, and a picture takes at most 256 passes",
                "25|1|0.1|masks 25 is not in 2..24; the model has 24 patches, and a picture takes at most 256 passes",
                "4|0|0.1|rounds 0 of 4 masks are not in 1..64; a picture takes at most 256 passes",
                "4|65|0.1|rounds 65 of 4 masks are not in 1..64; a picture takes at most 256 passes",
                "4|1|0|top 0.0 is not in (0, 1], a share of the patches",
                "4|1|1.5|top 1.5 is not in (0, 1], a share of the patches",
                "4|1|NaN|top NaN is not in (0, 1], a share of the patches",
            })
    void refusesWhatCannotBe(int masks, int rounds, double top, String message) {
        Fake model = Fake.of(4, 6, List.of(), _ -> spread(new float[24]));
        assertThatThrownBy(() -> new Anomaly(model, masks, rounds, 0, top))
                .isInstanceOf(UnmaskException.class)
                .hasMessage(message);
    }

    @Test
    void aFineGridHasNoMoreMasksThanPasses() {
        Fake model = Fake.of(32, 32, List.of(), _ -> spread(new float[1024]));
        assertThatThrownBy(() -> new Anomaly(model, 257, 1, 0, 0.02))
                .hasMessageStartingWith("masks 257 is not in 2..256; the model has 1024 patches");
    }

    private static double score(Model model, double top) {
        Card card = model.card();
        return new Anomaly(model, 2, 1, 0, top).run(Fake.picture(card.grid())).score();
    }

    /// A guess per patch, the same in its three channels.
    private static Tensor spread(float[] guesses) {
        float[] values = new float[guesses.length * 3];
        for (int i = 0; i < values.length; i++) {
            values[i] = guesses[i / 3];
        }
        return Tensor.of(values, guesses.length, 3);
    }
}
