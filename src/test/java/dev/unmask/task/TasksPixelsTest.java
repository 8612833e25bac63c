package dev.unmask.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.unmask.Card;
import dev.unmask.Mask;
import dev.unmask.Row;
import dev.unmask.Tensor;
import dev.unmask.image.Decoder;
import dev.unmask.image.Preset;
import dev.unmask.ort.Bundle;
import dev.unmask.ort.Device;
import dev.unmask.ort.OrtModel;
import dev.unmask.task.Anomaly.Finding;
import dev.unmask.task.Reconstruct.PatchStats;
import dev.unmask.task.Reconstruct.Reconstruction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A picture as bytes and as the normalised numbers that they stand for: tasks say the same of both.
class TasksPixelsTest {

    private static final double CLOSE = 1e-6;

    @ParameterizedTest
    @ValueSource(strings = {"onnx/mae-tiny", "src/test/resources/bundles/full"})
    void reconstructionsAgree(Path bundle) throws IOException {
        try (OrtModel model = OrtModel.open(Bundle.open(bundle), new Device.Cpu(0))) {
            Card card = model.card();
            Reconstruct task = new Reconstruct(model, PatchStats.ORIGINAL);
            Tensor bytes = astronaut(card);
            Tensor numbers = card.normalization().normalize(bytes);
            List<Mask> masks = List.of(Mask.random(card.grid(), 0.75, 1), Mask.random(card.grid(), 0.5, 2));
            List<Reconstruction> ofBytes = task.run(rows(bytes, masks));
            List<Reconstruction> ofNumbers = task.run(rows(numbers, masks));
            for (int i = 0; i < masks.size(); i++) {
                Reconstruction expected = ofBytes.get(i);
                Reconstruction actual = ofNumbers.get(i);
                assertThat(actual.loss()).isPositive().isCloseTo(expected.loss(), within(CLOSE));
                assertClose(actual.errors(), expected.errors());
                assertThat(actual.original().shape()).isEqualTo(bytes.shape());
                assertThat(actual.original().toBytes()).isEqualTo(bytes.toBytes());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"onnx/mae-tiny", "src/test/resources/bundles/full"})
    void findingsAgree(Path bundle) throws IOException {
        try (OrtModel model = OrtModel.open(Bundle.open(bundle), new Device.Cpu(0))) {
            Anomaly task = new Anomaly(model, 4, 1, 0, 0.1);
            Tensor bytes = astronaut(model.card());
            Finding expected = task.run(bytes);
            Finding actual = task.run(model.card().normalization().normalize(bytes));
            assertThat(actual.score()).isPositive().isCloseTo(expected.score(), within(CLOSE));
            assertClose(actual.errors(), expected.errors());
            assertThat(actual.original().toBytes()).isEqualTo(bytes.toBytes());
        }
    }

    private static void assertClose(List<Double> actual, List<Double> expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int patch = 0; patch < expected.size(); patch++) {
            assertThat(actual.get(patch)).as("patch %d", patch).isCloseTo(expected.get(patch), within(CLOSE));
        }
    }

    private static List<Row> rows(Tensor pixels, List<Mask> masks) {
        return masks.stream().map(mask -> new Row(pixels, mask)).toList();
    }

    private static Tensor astronaut(Card card) throws IOException {
        byte[] file = Files.readAllBytes(Path.of("photos/astronaut.jpg"));
        return View.of(file, Decoder.DEFAULT, Preset.of(card.preprocess()), card)
                .pixels();
    }
}
