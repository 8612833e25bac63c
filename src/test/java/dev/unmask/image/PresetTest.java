package dev.unmask.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unmask.PatchGrid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PresetTest {

    @ParameterizedTest
    @EnumSource
    void aPresetIsReadByTheNameItPrints(Preset preset) {
        assertThat(Preset.of(preset.toString())).isEqualTo(preset);
    }

    @Test
    void anUnknownNameIsRefusedWithTheKnownOnes() {
        assertThatThrownBy(() -> Preset.of("Demo")).hasMessage("unknown preset 'Demo'; there are demo, eval, hf, none");
    }

    @Test
    void evalRefusesAModelThatIsNotSquare() {
        assertThatThrownBy(() -> Preset.EVAL.frame(640, 480, 224, 112))
                .hasMessage("preset eval crops a square; the model sees 224 x 112 px, which demo and hf can give");
    }

    @Test
    void noneRefusesAPictureOfAnotherSize() {
        assertThatThrownBy(() -> Preset.NONE.frame(640, 480, 224, 224))
                .hasMessage("picture is 640 x 480 px; preset none takes 224 x 224 px");
    }

    @Test
    void noneLeavesThePictureAlone() {
        Picture picture = Golden.picture("pictures/rgb8.png");
        assertThat(Preset.NONE.apply(picture, 47, 61)).isSameAs(picture);
    }

    @Test
    void aBoxIsScaledAsThePictureIs() {
        Frame frame = Preset.DEMO.frame(640, 480, 224, 224);
        assertThat(frame.map(320, 120, 160, 240)).isEqualTo(new Box(112, 56, 168, 168));
    }

    @Test
    void aBoxIsMovedAsThePictureIsCropped() {
        // 640 x 480 to 341 x 256, then the middle 224 x 224: 58 px off the left (58.5 to even), 16 px off the top
        Frame frame = Preset.EVAL.frame(640, 480, 224, 224);
        Box whole = frame.map(0, 0, 640, 480);
        assertThat(whole).isEqualTo(new Box(-58, -16, 341 - 58, 256 - 16));
        PatchGrid grid = new PatchGrid(224, 224, 16);
        assertThat(grid.touched(whole.left(), whole.top(), whole.right(), whole.bottom()))
                .hasSize(grid.patches());
    }

    @Test
    void evalOfAVeryLongPictureComputesOnlyTheMiddle() {
        var ribbon = new Picture(20_000, 1, new byte[60_000]);
        assertThat(Preset.EVAL.apply(ribbon, 224, 224)).hasToString("224 x 224 px");
    }
}
