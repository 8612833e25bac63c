package dev.unmask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PatchGridTest {

    private final PatchGrid grid = new PatchGrid(224, 224, 16);

    /// What `int(N * (1 - ratio))` gives in Python.
    @ParameterizedTest
    @CsvSource({
        "224, 16, 0, 196",
        "224, 16, 0.5, 98",
        "224, 16, 0.6, 78",
        "224, 16, 0.7, 58",
        "224, 16, 0.75, 49",
        "224, 16, 0.8, 39",
        "224, 16, 0.9, 19",
        "224, 14, 0.75, 64",
        "224, 14, 0.8, 51",
        "224, 14, 0.9, 25",
        "160, 16, 0.9, 9"
    })
    void truncatesTheVisiblePatchesAsPythonDoes(int side, int patch, double ratio, int visible) {
        assertThat(new PatchGrid(side, side, patch).visible(ratio)).isEqualTo(visible);
    }

    @ParameterizedTest
    @CsvSource({"-0.1", "1", "1.5", "NaN"})
    void refusesARatioOutsideItsRange(double ratio) {
        assertThatThrownBy(() -> grid.visible(ratio))
                .isInstanceOf(UnmaskException.class)
                .hasMessage("mask ratio " + ratio + " is not in [0, 1)");
    }

    @Test
    void refusesARatioThatLeavesNothing() {
        assertThatThrownBy(() -> grid.visible(0.999)).hasMessage("mask ratio 0.999 leaves none of 196 patches visible");
    }

    @Test
    void countsRowByRow() {
        PatchGrid wide = new PatchGrid(32, 48, 8);
        assertThat(wide.rows()).isEqualTo(4);
        assertThat(wide.columns()).isEqualTo(6);
        assertThat(wide.patches()).isEqualTo(24);
    }

    @Test
    void refusesAPictureThatIsNoWholeNumberOfPatches() {
        assertThatThrownBy(() -> new PatchGrid(225, 224, 16))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("224 x 225 px");
    }

    @Test
    void aBoxTouchesEveryPatchItOverlaps() {
        assertThat(grid.touched(0, 0, 16, 16)).containsExactly(0);
        assertThat(grid.touched(0, 0, 16.001, 16)).containsExactly(0, 1);
        assertThat(grid.touched(15.9, 15.9, 16.1, 16.1)).containsExactly(0, 1, 14, 15);
        assertThat(grid.touched(-50, -50, 1000, 1000)).hasSize(196);
    }

    @Test
    void aBoxOutsideTouchesNothing() {
        assertThat(grid.touched(-20, 0, 0, 50)).isEmpty();
        assertThat(grid.touched(224, 0, 300, 50)).isEmpty();
    }
}
