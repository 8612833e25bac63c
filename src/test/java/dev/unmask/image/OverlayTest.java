package dev.unmask.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unmask.Mask;
import dev.unmask.PatchGrid;
import dev.unmask.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OverlayTest {

    private static final PatchGrid GRID = new PatchGrid(4, 6, 2);
    private static final Overlay OVERLAY = new Overlay(GRID, Mask.hiding(GRID, List.of(1, 5)));

    @Test
    void hiddenPatchesAreOneGrey() {
        Picture masked = Picture.of(OVERLAY.masked(plain(7)));
        assertThat(levels(masked, 0)).containsExactly(7, 7, 166, 166, 7, 7);
        assertThat(levels(masked, 1)).containsExactly(7, 7, 166, 166, 7, 7);
        assertThat(levels(masked, 2)).containsExactly(7, 7, 7, 7, 166, 166);
        assertThat(levels(masked, 3)).containsExactly(7, 7, 7, 7, 166, 166);
    }

    @Test
    void visiblePatchesComeFromTheOriginal() {
        Picture combined = Picture.of(OVERLAY.combined(plain(7), plain(9)));
        assertThat(levels(combined, 0)).containsExactly(7, 7, 9, 9, 7, 7);
        assertThat(levels(combined, 3)).containsExactly(7, 7, 7, 7, 9, 9);
    }

    @Test
    void aPictureOfAnotherSizeIsAMistake() {
        assertThatThrownBy(() -> OVERLAY.masked(Tensor.allocate(Tensor.Type.UINT8, 2, 2, 3)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("2 x 2 px under a mask for 6 x 4 px");
    }

    private static List<Integer> levels(Picture picture, int y) {
        return IntStream.range(0, picture.width())
                .mapToObj(x -> picture.rgb()[(y * picture.width() + x) * Picture.CHANNELS] & 0xFF)
                .toList();
    }

    private static Tensor plain(int level) {
        byte[] rgb = new byte[GRID.height() * GRID.width() * Picture.CHANNELS];
        Arrays.fill(rgb, (byte) level);
        return Tensor.of(rgb, GRID.height(), GRID.width(), 3);
    }
}
