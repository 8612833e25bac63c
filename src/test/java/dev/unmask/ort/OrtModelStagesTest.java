package dev.unmask.ort;

import static dev.unmask.ort.RandomRows.rows;
import static org.assertj.core.api.Assertions.assertThat;

import dev.unmask.Output;
import dev.unmask.Row;
import dev.unmask.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A run takes the stages that the wanted outputs need, each once, and no others.
class OrtModelStagesTest {

    private static final Path BUNDLES = Path.of("src/test/resources/bundles");

    private final List<String> told = new ArrayList<>();

    @ParameterizedTest
    @ValueSource(strings = {"visualize", "full", "encoder", "classifier-mean", "classifier-cls"})
    void anySetOfOutputsRunsWhatItsMembersNeedOnce(String bundle) {
        try (OrtModel model = open(bundle)) {
            for (Set<Output> wanted : BoundRuns.subsets(model.card().outputs())) {
                List<String> needed = Stream.of("encoder", "decoder", "judge", "classifier")
                        .filter(stage -> wanted.stream()
                                .anyMatch(output -> needed(output).contains(stage)))
                        .toList();
                assertThat(stages(model, rows(model, 2), wanted))
                        .as("%s", wanted)
                        .isEqualTo(needed);
            }
        }
    }

    @ParameterizedTest
    @MethodSource
    void aLatentRunsTheDecoderAlone(Set<Output> wanted) {
        try (OrtModel model = open("visualize")) {
            List<Row> latents = rows(model, 2).stream()
                    .map(row -> new Row(Tensor.allocate(Tensor.Type.FLOAT32, 5, 24), row.mask()))
                    .toList();
            assertThat(stages(model, latents, wanted)).containsExactly("decoder");
        }
    }

    static List<Set<Output>> aLatentRunsTheDecoderAlone() {
        return List.of(Set.of(Output.PATCHES), Set.of(Output.IMAGE), Set.of(Output.PATCHES, Output.IMAGE));
    }

    /// The stages of one run, without the assembly that precedes them.
    private List<String> stages(OrtModel model, List<Row> rows, Set<Output> wanted) {
        told.clear();
        assertThat(model.run(rows, wanted))
                .allSatisfy(answer -> assertThat(answer.tensors().keySet()).isEqualTo(wanted));
        assertThat(told).startsWith("assemble");
        return List.copyOf(told.subList(1, told.size()));
    }

    private static List<String> needed(Output output) {
        return switch (output) {
            case LATENT, CLS, MEAN -> List.of("encoder");
            case PATCHES, IMAGE -> List.of("encoder", "decoder");
            case PATCH_ERROR -> List.of("encoder", "decoder", "judge");
            case LOGITS -> List.of("classifier");
        };
    }

    private OrtModel open(String bundle) {
        return OrtModel.open(Bundle.open(BUNDLES.resolve(bundle)), new Device.Cpu(0), (stage, _, _) -> told.add(stage));
    }
}
