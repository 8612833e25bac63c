package dev.unmask.image;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Pillow is the oracle: the same bytes, but for the pictures named here.
class DecoderGoldenTest {

    /// How far a decoded picture may be from Pillow's, in levels of 0..255.
    record Bound(int max, double mean) {}

    /// Of progressive files that end before their last scan Pillow smooths what is missing; here it stays missing.
    static final Map<String, Bound> INEXACT = Map.of(
            "pictures/incomplete-progressive-1.jpg", new Bound(49, 7.74),
            "pictures/incomplete-progressive-8.jpg", new Bound(6, 0.38));

    @ParameterizedTest
    @MethodSource("dev.unmask.image.Golden#names")
    void decodesWhatPillowDecodes(String name) {
        JsonNode golden = Golden.entry(name);
        Picture picture = Golden.picture(name);
        assertThat(picture)
                .hasToString(golden.get("width").asInt() + " x "
                        + golden.get("height").asInt() + " px");
        Bound bound = INEXACT.getOrDefault(name, new Bound(0, 0));
        assertThat(difference(picture, golden.get("decoded").asText())).satisfies(found -> {
            assertThat(found.max()).isLessThanOrEqualTo(bound.max());
            assertThat(found.mean()).isLessThanOrEqualTo(bound.mean());
        });
    }

    @ParameterizedTest
    @MethodSource("dev.unmask.image.Golden#oriented")
    void turnsThePictureAsExifSaysWhereAsked(String name) {
        JsonNode golden = Golden.entry(name).get("upright");
        Decoder decoder = new Decoder(Limits.DEFAULT, true);
        Picture picture = decoder.decode(Golden.file(name));
        assertThat(decoder.size(Golden.file(name))).isEqualTo(new Decoder.Size(picture.width(), picture.height()));
        assertThat(picture)
                .hasToString(golden.get("width").asInt() + " x "
                        + golden.get("height").asInt() + " px");
        assertThat(Golden.digest(picture.tensor()))
                .isEqualTo(golden.get("decoded").asText());
    }

    @Test
    void theInexactPicturesAreReallyInexact() {
        INEXACT.forEach((name, _) -> {
            String expected = Golden.entry(name).get("decoded").asText();
            assertThat(Golden.digest(Golden.picture(name).tensor())).as(name).isNotEqualTo(expected);
        });
    }

    private static Bound difference(Picture picture, String expected) {
        if (Golden.digest(picture.tensor()).equals(expected)) {
            return new Bound(0, 0);
        }
        Optional<byte[]> pixels = Golden.pixels(expected);
        assertThat(pixels).as("pixels of a picture that differs").isPresent();
        int max = 0;
        double sum = 0;
        for (int i = 0; i < picture.rgb().length; i++) {
            int difference = Math.abs((picture.rgb()[i] & 0xFF) - (pixels.get()[i] & 0xFF));
            max = Math.max(max, difference);
            sum += difference;
        }
        return new Bound(max, sum / picture.rgb().length);
    }
}
