package dev.unmask.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.unmask.Card;
import dev.unmask.Card.Stack;
import dev.unmask.Normalization;
import dev.unmask.PatchGrid;
import dev.unmask.task.Describe.Stage;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DescribeTest {

    /// Counted independently on the Hugging Face twins of the published models, in millions and in 10^9.
    @ParameterizedTest
    @CsvSource({
        "768, 12, 12, 16, 85798656, 26109184, 0.75, 4.41, 5.37",
        "768, 12, 12, 16, 85798656, 26109184, 0, 17.56, 5.43",
        "1024, 24, 16, 16, 303301632, 26240256, 0.75, 15.38, 5.38",
        "1024, 24, 16, 16, 303301632, 26240256, 0, 61.55, 5.46",
        "1280, 32, 16, 14, 630764800, 26309708, 0.75, 41.43, 7.13",
        "1280, 32, 16, 14, 630764800, 26309708, 0, 167.29, 7.26"
    })
    void countsAsTheLiteratureDoes(
            int width,
            int depth,
            int heads,
            int patch,
            long encoder,
            long decoder,
            double ratio,
            double encoderGiga,
            double decoderGiga) {
        Card card = card(
                new Stack(width, depth, heads, 4 * width),
                new Stack(512, 8, 16, 2048),
                patch,
                Map.of("encoder", encoder, "decoder", decoder));
        List<Stage> stages = Describe.stages(card, ratio);
        assertThat(stages.stream().mapToLong(Stage::parameters).sum()).isEqualTo(encoder + decoder);
        assertThat(stages).allSatisfy(stage -> assertThat(stage.parameters()).isNotNegative());
        // the literature embeds every patch, these graphs the visible ones
        long saved = (card.grid().patches() - card.grid().visible(ratio)) * 3L * patch * patch * width;
        assertThat(giga(stages, 0, 8)).isCloseTo(encoderGiga - saved / 1e9, within(0.006));
        assertThat(giga(stages, 8, stages.size())).isCloseTo(decoderGiga, within(0.006));
        long perBlock = 12L * width * width + 13L * width;
        assertThat(stages.get(6).parameters()).isEqualTo(depth * perBlock);
    }

    private static double giga(List<Stage> stages, int from, int to) {
        return stages.subList(from, to).stream().mapToLong(Stage::multiplyAdds).sum() / 1e9;
    }

    private static Card card(Stack encoder, Stack decoder, int patch, Map<String, Long> parameters) {
        return new Card(
                "test",
                "unknown",
                "test.pth",
                "visualize",
                "",
                new PatchGrid(224, 224, patch),
                new Normalization(List.of(0f, 0f, 0f), List.of(1f, 1f, 1f)),
                encoder,
                decoder,
                0,
                true,
                false,
                "demo",
                List.of(),
                Set.of(),
                parameters,
                0);
    }
}
