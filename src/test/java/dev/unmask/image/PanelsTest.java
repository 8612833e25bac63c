package dev.unmask.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unmask.Tensor;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class PanelsTest {

    private static final int MARGIN = 20;
    private static final int GAP = 16;

    @Test
    void onePanelWithoutWordsIsTheBarePicture() {
        Tensor picture = plain(224, 224, 40);
        assertThat(Panels.compose(List.of(new Panels.Panel("", picture)), "")).isSameAs(picture);
    }

    @Test
    void panelsStandSideBySideAsTheyAre() {
        var panels = List.of(
                new Panels.Panel("original", plain(224, 224, 40)), new Panels.Panel("masked", plain(224, 224, 90)));
        Picture composed = Picture.of(Panels.compose(panels, ""));
        assertThat(composed.width()).isEqualTo(2 * MARGIN + 2 * 224 + GAP);
        int middle = composed.height() - MARGIN - 112;
        assertThat(row(composed, middle, MARGIN, 224)).containsOnly((byte) 40);
        assertThat(row(composed, middle, MARGIN + 224 + GAP, 224)).containsOnly((byte) 90);
    }

    @Test
    void aSmallPictureIsEnlargedByWholePixels() {
        Tensor picture = Tensor.of(new byte[] {1, 1, 1, 2, 2, 2}, 1, 2, 3);
        Picture composed = Picture.of(Panels.compose(List.of(new Panels.Panel("two pixels", picture)), ""));
        assertThat(composed.width()).isEqualTo(2 * MARGIN + 160);
        int bottom = composed.height() - MARGIN - 1;
        assertThat(row(composed, bottom, MARGIN, 80)).containsOnly((byte) 1);
        assertThat(row(composed, bottom, MARGIN + 80, 80)).containsOnly((byte) 2);
    }

    @Test
    void wordsTooLongForTheirPlaceAreCutShort() {
        String words = "a title that is much longer than the panel below it is wide, as all can see";
        Lettering title = Lettering.title();
        String fitting = title.fit(words, 224);
        assertThat(fitting).endsWith("…").hasSizeLessThan(words.length());
        assertThat(title.width(fitting)).isLessThanOrEqualTo(224);
        assertThat(Panels.compose(List.of(new Panels.Panel(words, plain(224, 224, 0))), words.repeat(5)))
                .isNotNull();
    }

    @Test
    void everyCharacterOfTheSheetIsDrawn() {
        Lettering title = Lettering.title();
        for (char character = '!'; character <= '~'; character++) {
            assertThat(inked(title, String.valueOf(character)))
                    .as("%s", character)
                    .isTrue();
        }
        assertThat("·×–…".chars()).allMatch(character -> inked(title, Character.toString(character)));
        assertThat(inked(title, " ")).isFalse();
    }

    @Test
    void aCharacterThatIsNotOnTheSheetBecomesAQuestionMark() {
        assertThat(Lettering.footer().width("猫")).isEqualTo(Lettering.footer().width("?"));
    }

    private static boolean inked(Lettering lettering, String text) {
        var canvas = new Canvas(lettering.width(text), lettering.height(), 0xFFFFFF);
        lettering.draw(text, canvas, 0, 0, 0x000000);
        return !allWhite(canvas.picture().rgb());
    }

    private static boolean allWhite(byte[] rgb) {
        byte[] white = new byte[rgb.length];
        Arrays.fill(white, (byte) 0xFF);
        return Arrays.equals(rgb, white);
    }

    private static byte[] row(Picture picture, int y, int left, int pixels) {
        int from = (y * picture.width() + left) * Picture.CHANNELS;
        return Arrays.copyOfRange(picture.rgb(), from, from + pixels * Picture.CHANNELS);
    }

    private static Tensor plain(int width, int height, int level) {
        byte[] rgb = new byte[width * height * Picture.CHANNELS];
        Arrays.fill(rgb, (byte) level);
        return Tensor.of(rgb, height, width, 3);
    }
}
