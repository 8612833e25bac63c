package dev.unmask.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ResampleTest {

    private final RandomGenerator random =
            RandomGeneratorFactory.of("L64X128MixRandom").create(1);

    @ParameterizedTest
    @EnumSource
    void aPlainPictureStaysPlain(Kernel kernel) {
        for (int i = 0; i < 200; i++) {
            byte[] rgb = new byte[Picture.CHANNELS * side() * side()];
            Arrays.fill(rgb, (byte) random.nextInt());
            var plain = new Picture(rgb.length / Picture.CHANNELS, 1, rgb);
            Frame frame = frame(plain, side(), side());
            assertThat(Resample.resize(plain, kernel, frame).rgb()).containsOnly(rgb[0]);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPictureOfTheRightSizeStaysAsItIs(Kernel kernel) {
        Picture picture = noise();
        assertThat(Resample.resize(picture, kernel, frame(picture, picture.width(), picture.height())))
                .isSameAs(picture);
    }

    @ParameterizedTest
    @EnumSource
    void whatIsCutOffDoesNotChangeTheRest(Kernel kernel) {
        for (int i = 0; i < 200; i++) {
            Picture picture = noise();
            int width = side();
            int height = side();
            Frame whole = frame(picture, width, height);
            Frame part = new Frame(part(picture.width(), width), part(picture.height(), height));
            assertThat(Resample.resize(picture, kernel, part).rgb())
                    .as("%s to %s", picture, part)
                    .isEqualTo(cut(Resample.resize(picture, kernel, whole), part));
        }
    }

    private Axis part(int source, int scaled) {
        int first = random.nextInt(scaled);
        return new Axis(source, scaled, first, 1 + random.nextInt(scaled - first));
    }

    private static byte[] cut(Picture picture, Frame part) {
        Axis columns = part.horizontal();
        Axis rows = part.vertical();
        byte[] rgb = new byte[columns.length() * rows.length() * Picture.CHANNELS];
        for (int y = 0; y < rows.length(); y++) {
            int from = ((rows.first() + y) * picture.width() + columns.first()) * Picture.CHANNELS;
            int line = columns.length() * Picture.CHANNELS;
            System.arraycopy(picture.rgb(), from, rgb, y * line, line);
        }
        return rgb;
    }

    private static Frame frame(Picture picture, int width, int height) {
        return new Frame(Axis.resized(picture.width(), width), Axis.resized(picture.height(), height));
    }

    private Picture noise() {
        int width = side();
        int height = side();
        byte[] rgb = new byte[width * height * Picture.CHANNELS];
        random.nextBytes(rgb);
        return new Picture(width, height, rgb);
    }

    private int side() {
        return 1 + random.nextInt(40);
    }
}
