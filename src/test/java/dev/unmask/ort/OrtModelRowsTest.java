package dev.unmask.ort;

import static dev.unmask.ort.RandomRows.normalized;
import static dev.unmask.ort.RandomRows.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unmask.Answer;
import dev.unmask.Fault;
import dev.unmask.Mask;
import dev.unmask.Output;
import dev.unmask.PatchGrid;
import dev.unmask.Row;
import dev.unmask.Tensor;
import dev.unmask.UnmaskException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a row may consist of, and what is said of other rows.
class OrtModelRowsTest {

    private static final Path BUNDLES = Path.of("src/test/resources/bundles");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "onnx/mae-tiny",
                "src/test/resources/bundles/visualize",
                "src/test/resources/bundles/full",
                "src/test/resources/bundles/rectangular"
            })
    void theDecoderEndsWhatTheEncoderBegan(Path bundle) {
        try (OrtModel model = open(bundle)) {
            Set<Output> predictions = new HashSet<>(model.card().outputs());
            predictions.retainAll(Set.of(Output.PATCHES, Output.IMAGE));
            for (List<Row> rows : List.of(rows(model, 3), normalized(model, 3))) {
                List<Answer> whole = model.run(rows, predictions);
                List<Row> latents = latents(rows, model.run(rows, Set.of(Output.LATENT)));
                requireTheSame(model.run(latents, predictions), whole);
                for (int row = 0; row < rows.size(); row++) {
                    List<Answer> alone = model.run(List.of(latents.get(row)), predictions);
                    requireTheSame(alone, List.of(whole.get(row)));
                }
            }
        }
    }

    @Test
    void aLatentNeedsNoEncoder() {
        try (OrtModel model = open(BUNDLES.resolve("visualize"))) {
            Mask mask = rows(model, 1).getFirst().mask();
            Tensor latent = Tensor.allocate(Tensor.Type.FLOAT32, 5, 24);
            model.run(List.of(new Row(latent, mask)), Set.of(Output.IMAGE));
            assertThat(model.placements().getFirst().graphs()).containsExactly("decoder.fp32");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aViewAnywhereInMemoryIsAnsweredAsATensorOfOnesOwn(boolean direct) {
        try (OrtModel model = open(BUNDLES.resolve("visualize"))) {
            for (List<Row> own : List.of(rows(model, 2), normalized(model, 2))) {
                List<Answer> expected = model.run(own, model.card().outputs());
                List<Row> views = own.stream()
                        .map(row -> new Row(view(row.pixels(), direct), row.mask()))
                        .toList();
                requireTheSame(model.run(views, model.card().outputs()), expected);
                List<Row> latents = latents(own, expected).stream()
                        .map(row -> new Row(view(row.pixels(), direct), row.mask()))
                        .toList();
                Set<Output> image = Set.of(Output.IMAGE);
                requireTheSame(model.run(latents, image), model.run(own, image));
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "float32|3 224 224|the pixels are float32[3, 224, 224]",
                "float32|32 32 3|the pixels are float32[32, 32, 3]",
                "uint8|3 32 32|the pixels are uint8[3, 32, 32]",
                "uint8|32 32 1|the pixels are uint8[32, 32, 1]",
                "int64|32 32 3|the pixels are int64[32, 32, 3]",
                "float32|3072|the pixels are float32[3072]",
                "float32|1 3 32 32|the pixels are float32[1, 3, 32, 32]",
            })
    void refusesPixelsOfAnotherKind(String type, String sides, String message) {
        assertInvalid(
                tensor(type, sides),
                Output.CLS,
                message + "; visualize takes uint8[32, 32, 3] raw or float32[3, 32, 32] normalised");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "float32|4 24|the latent is float32[4, 24]",
                "float32|17 24|the latent is float32[17, 24]",
                "float32|5 192|the latent is float32[5, 192]",
                "uint8|5 24|the latent is uint8[5, 24]"
            })
    void refusesLatentsThatAreNotOfTheirMask(String type, String sides, String message) {
        assertInvalid(
                tensor(type, sides),
                Output.PATCHES,
                message + "; with 4 visible patches visualize takes float32[5, 24]");
    }

    @ParameterizedTest
    @CsvSource({"LATENT, latent", "CLS, cls", "MEAN, mean", "PATCH_ERROR, patch_error"})
    void refusesToLeadBackFromALatent(Output output, String name) {
        assertInvalid(
                tensor("float32", "5 24"),
                output,
                "a latent leads to patches and image, not to " + name + ", which takes pixels");
    }

    @Test
    void refusesTheMaskOfAnotherGrid() {
        try (OrtModel model = open(BUNDLES.resolve("visualize"))) {
            Row row = new Row(rows(model, 1).getFirst().pixels(), Mask.none(new PatchGrid(224, 224, 16)));
            assertInvalid(model, row, Output.CLS, "the mask is of 196 patches; visualize has 16");
        }
    }

    private static void assertInvalid(Tensor pixels, Output output, String message) {
        try (OrtModel model = open(BUNDLES.resolve("visualize"))) {
            assertInvalid(model, new Row(pixels, rows(model, 1).getFirst().mask()), output, message);
        }
    }

    private static void assertInvalid(OrtModel model, Row row, Output output, String message) {
        assertThatThrownBy(() -> model.run(List.of(row), Set.of(output)))
                .hasMessage(message)
                .isInstanceOfSatisfying(
                        UnmaskException.class,
                        refusal -> assertThat(refusal.fault()).isEqualTo(Fault.INVALID));
        assertThat(model.placements().getFirst().graphs()).isEmpty();
    }

    private static OrtModel open(Path bundle) {
        return OrtModel.open(Bundle.open(bundle), new Device.Cpu(0));
    }

    private static List<Row> latents(List<Row> rows, List<Answer> answers) {
        return IntStream.range(0, rows.size())
                .mapToObj(i ->
                        new Row(answers.get(i).get(Output.LATENT), rows.get(i).mask()))
                .toList();
    }

    private static void requireTheSame(List<Answer> actual, List<Answer> expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int row = 0; row < actual.size(); row++) {
            Answer answer = actual.get(row);
            assertThat(answer.tensors().keySet())
                    .isEqualTo(expected.get(row).tensors().keySet());
            expected.get(row)
                    .tensors()
                    .forEach((output, tensor) -> assertThat(answer.get(output).toBytes())
                            .as("%s", output)
                            .isEqualTo(tensor.toBytes()));
        }
    }

    /// The same numbers, read-only and one byte off any boundary.
    private static Tensor view(Tensor tensor, boolean direct) {
        byte[] bytes = tensor.toBytes();
        ByteBuffer memory =
                direct ? ByteBuffer.allocateDirect(1 + bytes.length) : ByteBuffer.allocate(1 + bytes.length);
        memory.position(1).put(bytes).flip().position(1);
        return Tensor.view(tensor.type(), memory.asReadOnlyBuffer(), tensor.shape());
    }

    private static Tensor tensor(String type, String sides) {
        return Tensor.allocate(
                Tensor.Type.valueOf(type.toUpperCase(Locale.ROOT)),
                Arrays.stream(sides.split(" ")).mapToLong(Long::parseLong).toArray());
    }
}
