package dev.unmask.image;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unmask.Normalization;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Pillow and torchvision are the oracles: the same bytes for every preset, size and picture.
class PresetGoldenTest {

    private static final Normalization IMAGENET =
            new Normalization(List.of(0.485f, 0.456f, 0.406f), List.of(0.229f, 0.224f, 0.225f));

    @ParameterizedTest
    @MethodSource("dev.unmask.image.Golden#exact")
    void resizesAndCropsAsTheReference(String name) {
        JsonNode golden = Golden.entry(name);
        Picture picture = Golden.picture(name);
        for (JsonNode expected : golden.get("presets")) {
            Preset preset = Preset.of(expected.get("name").asText());
            int height = expected.get("height").asInt();
            int width = expected.get("width").asInt();
            assertThat(Golden.digest(preset.apply(picture, height, width).tensor()))
                    .as("%s at %d x %d px", preset, width, height)
                    .isEqualTo(expected.get("digest").asText());
        }
    }

    @ParameterizedTest
    @MethodSource("dev.unmask.image.Golden#exact")
    void normalizesAsTheReference(String name) {
        Picture picture = Preset.EVAL.apply(Golden.picture(name), 224, 224);
        assertThat(Golden.digest(IMAGENET.normalize(picture.tensor())))
                .isEqualTo(Golden.entry(name).get("normalized").asText());
    }
}
