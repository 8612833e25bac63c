package dev.unmask.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.unmask.Tensor;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class HeatMapTest {

    @Test
    void theColoursGrowLighterEvenly() {
        for (int step = 0; step <= 160; step++) {
            assertThat(lightness(HeatMap.color(step / 160f))).isCloseTo(0.2 + 0.75 * step / 160, within(0.01));
        }
    }

    @Test
    void theScaleLiesBelowThePhoto() {
        Picture map = map(200, 0);
        assertThat(map.width()).isEqualTo(200);
        assertThat(map.height()).isEqualTo(100 + Lettering.footer().height() + 8);
        assertThat(pixel(map, 0, 100)).isEqualTo(HeatMap.color(0));
        assertThat(pixel(map, 199, 100)).isEqualTo(HeatMap.color(1));
    }

    @Test
    void aSmallPhotoIsEnlargedSoThatTheScaleCanBeRead() {
        assertThat(map(32, 0).width()).isEqualTo(160);
    }

    @Test
    void whatIsHotIsLighterAndLessIsSeenOfThePhoto() {
        int calm = pixel(map(200, 0.1f), 50, 50);
        int warm = pixel(map(200, 0.5f), 50, 50);
        int hot = pixel(map(200, 1), 50, 50);
        assertThat(lightness(calm)).isLessThan(lightness(warm));
        assertThat(lightness(warm)).isLessThan(lightness(hot));
    }

    @Test
    void theScaleEndsAtTheHottestPixelWhereThatIsMoreThanOne() {
        assertThat(pixel(map(200, 1), 50, 50)).isEqualTo(pixel(map(200, 7), 50, 50));
    }

    @Test
    void heatForAnotherPhotoIsAMistake() {
        Tensor photo = Tensor.allocate(Tensor.Type.UINT8, 2, 3, 3);
        Tensor heat = Tensor.allocate(Tensor.Type.FLOAT32, 2, 2);
        assertThatThrownBy(() -> HeatMap.over(photo, heat))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("4 values of heat over 3 x 2 px");
    }

    private static Picture map(int width, float heat) {
        int height = 100;
        byte[] photo = new byte[width * height * Picture.CHANNELS];
        Arrays.fill(photo, (byte) 120);
        float[] values = new float[width * height];
        Arrays.fill(values, heat);
        return Picture.of(HeatMap.over(Tensor.of(photo, height, width, 3), Tensor.of(values, height, width)));
    }

    private static int pixel(Picture picture, int x, int y) {
        int at = (y * picture.width() + x) * Picture.CHANNELS;
        byte[] rgb = picture.rgb();
        return HexFormat.fromHexDigits(HexFormat.of().formatHex(rgb, at, at + 3));
    }

    /// The L of OKLab (Ottosson 2020).
    private static double lightness(int color) {
        double red = linear(color >> 16);
        double green = linear(color >> 8);
        double blue = linear(color);
        return 0.2104542553 * Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
                + 0.7936177850 * Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
                - 0.0040720468 * Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
    }

    private static double linear(int level) {
        double value = (level & 0xFF) / 255.0;
        return value <= 0.04045 ? value / 12.92 : Math.pow((value + 0.055) / 1.055, 2.4);
    }
}
