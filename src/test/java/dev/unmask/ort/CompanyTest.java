package dev.unmask.ort;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unmask.Answer;
import dev.unmask.Row;
import dev.unmask.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// On one machine a row has one answer, to the last bit: alone or among others, first or last, on however many threads,
/// whatever other lanes do. An answer's tag can therefore be computed from its request.
class CompanyTest {

    @ParameterizedTest
    @CsvSource({
        "src/test/resources/bundles/visualize, 32",
        "src/test/resources/bundles/rectangular, 32",
        "src/test/resources/bundles/classifier-mean, 32",
        "src/test/resources/bundles/classifier-cls, 32",
        "onnx/mae-tiny, 4"
    })
    void aRowHasTheSameBytesAloneAndInAnyCompany(Path folder, int largest) {
        Bundle bundle = Bundle.open(folder);
        try (OrtModel one = OrtModel.open(bundle, new Device.Cpu(1));
                OrtModel several = OrtModel.open(bundle, new Device.Cpu(3))) {
            int patches = one.card().grid().patches();
            for (int kept : new int[] {1, 2, patches / 4, patches / 2, patches}) {
                for (Tensor.Type pixels : List.of(Tensor.Type.UINT8, Tensor.Type.FLOAT32)) {
                    List<Row> rows = BoundRuns.rows(one.card(), new Random(7), largest, kept, pixels);
                    List<Answer> alone = rows.stream()
                            .map(row -> answers(one, List.of(row)).getFirst())
                            .toList();
                    requireTheSame(one, rows, alone);
                    requireTheSame(several, rows, alone);
                }
            }
        }
    }

    /// Batches of every size, several at a time; each begins with another row, so that every place is tried.
    private static void requireTheSame(OrtModel model, List<Row> rows, List<Answer> alone) {
        IntStream.rangeClosed(1, rows.size()).parallel().forEach(size -> {
            List<Integer> chosen = IntStream.range(0, size)
                    .mapToObj(place -> (place + 5 * size) % rows.size())
                    .toList();
            List<Answer> together =
                    answers(model, chosen.stream().map(rows::get).toList());
            for (int place = 0; place < size; place++) {
                requireTheSame(together.get(place), alone.get(chosen.get(place)), "row " + place + " of " + size);
            }
        });
    }

    private static void requireTheSame(Answer actual, Answer expected, String row) {
        expected.tensors()
                .forEach((output, tensor) -> assertThat(
                                actual.get(output).bytes().equals(tensor.bytes()))
                        .as("%s of %s is as if it were alone", output, row)
                        .isTrue());
    }

    private static List<Answer> answers(OrtModel model, List<Row> rows) {
        return model.run(rows, model.card().outputs());
    }
}
