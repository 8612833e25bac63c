package dev.unmask.oip;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unmask.Answer;
import dev.unmask.Card;
import dev.unmask.Mask;
import dev.unmask.Output;
import dev.unmask.Tensor;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What came out, row by row.
class ResultsTest {

    private static final Card CLASSIFIER = Bundles.card("classifier-cls");
    private static final TensorSpec LOGITS = TensorSpec.of("logits", Datatype.FP32, -1, 10);

    @Test
    void theLargestValuesAreToldWithTheirNumbersAndLabels() {
        InferOutput output = logits(row(0, 3, 9, 5, 0, 0, 0, 0, 0, 0), row(-1, -2, -3, -4, -5, -6, -7, -8, -9, -0.5f))
                .tell(LOGITS, 2);
        assertThat(output.datatype()).isEqualTo(Datatype.BYTES);
        assertThat(output.shape()).containsExactly(2L, 2L);
        assertThat(texts(output))
                .containsExactly(
                        "9.000000:2:label 2", "5.000000:3:label 3", "-0.500000:9:label 9", "-1.000000:0:label 0");
    }

    @Test
    void equalValuesComeInTheOrderOfTheirNumbers() {
        InferOutput output = logits(row(1, 2, 2, 2, 1, 0, 0, 0, 0, 0)).tell(LOGITS, 4);
        assertThat(texts(output)).extracting(text -> text.split(":", -1)[1]).containsExactly("1", "2", "3", "0");
    }

    @Test
    void moreClassesThanThereAreAreAllThatThereAre() {
        InferOutput output = logits(row(0, 1, 2, 3, 4, 5, 6, 7, 8, 9)).tell(LOGITS, 99);
        assertThat(output.shape()).containsExactly(1L, 10L);
        assertThat(texts(output)).hasSize(10).startsWith("9.000000:9:label 9");
    }

    @Test
    void onlyLogitsHaveLabels() {
        Results results = results(Output.CLS, row(1, 2, 3));
        InferOutput output = results.tell(TensorSpec.of("cls", Datatype.FP32, -1, 3), 1);
        assertThat(texts(output)).containsExactly("3.000000:2");
    }

    @Test
    void masksAreFlagsAndPlaces() {
        Mask mask = Mask.random(CLASSIFIER.grid(), 0.75, 1);
        Results results = new Results(CLASSIFIER, List.of(mask, mask), List.of(), List.of(), List.of(), List.of());
        InferOutput hidden = results.tell(TensorSpec.of("mask", Datatype.UINT8, -1, 16), 0);
        assertThat(hidden.shape()).containsExactly(2L, 16L);
        StringBuilder flags = new StringBuilder();
        for (int i = 0; i < 16; i++) {
            flags.append(hidden.data().get(16 + i));
        }
        assertThat(flags).hasToString(mask.toString());
        InferOutput restore = results.tell(TensorSpec.of("ids_restore", Datatype.INT64, -1, 16), 0);
        for (int i = 0; i < 16; i++) {
            assertThat(restore.data().getLong((16 + i) * Long.BYTES)).isEqualTo(mask.restore()[i]);
        }
    }

    @Test
    void rowsAreJoinedInTheirOrder() {
        InferOutput output = logits(row(1, 1, 1, 1, 1, 1, 1, 1, 1, 1), row(2, 2, 2, 2, 2, 2, 2, 2, 2, 2))
                .tell(LOGITS, 0);
        assertThat(output.shape()).containsExactly(2L, 10L);
        assertThat(output.data().remaining()).isEqualTo(80);
        assertThat(output.data().getFloat(36)).isEqualTo(1);
        assertThat(output.data().getFloat(40)).isEqualTo(2);
    }

    private static float[] row(float... values) {
        return values;
    }

    private static Results logits(float[]... rows) {
        return results(Output.LOGITS, rows);
    }

    private static Results results(Output output, float[]... rows) {
        List<Answer> answers = Stream.of(rows)
                .map(row -> new Answer(Map.of(output, Tensor.of(row, row.length))))
                .toList();
        List<Mask> masks = Collections.nCopies(rows.length, Mask.none(CLASSIFIER.grid()));
        return new Results(CLASSIFIER, masks, answers, List.of(), List.of(), List.of());
    }

    private static List<String> texts(InferOutput output) {
        return new InferInput(
                        output.name(),
                        output.datatype(),
                        output.shape(),
                        output.data().duplicate())
                .elements().stream()
                        .map(element -> new String(element, StandardCharsets.UTF_8))
                        .toList();
    }
}
