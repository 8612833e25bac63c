package dev.unmask.task;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.unmask.Answer;
import dev.unmask.Card;
import dev.unmask.Model;
import dev.unmask.Output;
import dev.unmask.Row;
import dev.unmask.Tensor;
import dev.unmask.ort.Bundle;
import dev.unmask.ort.Device;
import dev.unmask.ort.OrtModel;
import dev.unmask.task.Anomaly.Finding;
import dev.unmask.task.Classify.Guess;
import dev.unmask.task.Embed.Pool;
import dev.unmask.task.Embedding.Dtype;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.assertj.core.data.Offset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// PyTorch and NumPy wrote the answers: `export/tasks.py`.
class TasksGoldenTest {

    /// float32 on two engines, of numbers around 1; the graphs' own tolerance.
    private static final Offset<Double> TOLERANCE = Offset.offset(1e-4);

    /// Sums in float32 beside sums in double, of numbers around 1.
    private static final Offset<Double> FLOAT = Offset.offset(1e-6);

    static List<JsonNode> anomaly() throws IOException {
        return golden("anomaly");
    }

    static List<JsonNode> classify() throws IOException {
        return golden("classify");
    }

    static List<JsonNode> embed() throws IOException {
        return golden("embed");
    }

    static List<JsonNode> encode() throws IOException {
        return golden("encode");
    }

    @ParameterizedTest
    @MethodSource
    void anomaly(JsonNode golden) {
        try (OrtModel model = open(golden)) {
            for (Tensor picture : pictures(golden, model.card())) {
                Finding judged = finding(golden, model, picture);
                Finding compared = finding(golden, Unjudged.of(model), picture);
                assertThat(errors(judged)).containsExactly(errors(compared), FLOAT);
                for (Finding finding : List.of(judged, compared)) {
                    assertClose(errors(finding), golden.path("errors"));
                    assertClose(doubles(finding.heat()), golden.path("heat"));
                    assertThat(finding.max()).isCloseTo(golden.path("max").asDouble(), TOLERANCE);
                    assertThat(finding.score()).isCloseTo(golden.path("score").asDouble(), TOLERANCE);
                }
            }
        }
    }

    private static Finding finding(JsonNode golden, Model model, Tensor picture) {
        Anomaly task = new Anomaly(
                model,
                golden.path("masks").asInt(),
                golden.path("rounds").asInt(),
                golden.path("seed").asLong(),
                golden.path("top").asDouble());
        return task.run(picture);
    }

    private static double[] errors(Finding finding) {
        return finding.errors().stream().mapToDouble(Double::doubleValue).toArray();
    }

    /// The picture in bytes and in normalised pixels.
    private static List<Tensor> pictures(JsonNode golden, Card card) {
        Tensor bytes = picture(golden, card);
        return List.of(bytes, card.normalization().normalize(bytes));
    }

    /// A model as a bundle without a graph for errors makes it.
    private record Unjudged(Model model, Card card) implements Model {

        static Unjudged of(Model model) {
            Card card = model.card();
            Set<Output> outputs = EnumSet.copyOf(card.outputs());
            assertThat(outputs.remove(Output.PATCH_ERROR)).isTrue();
            return new Unjudged(
                    model,
                    new Card(
                            card.name(),
                            card.license(),
                            card.source(),
                            card.flavour(),
                            card.digest(),
                            card.grid(),
                            card.normalization(),
                            card.encoder(),
                            card.decoder(),
                            card.classes(),
                            card.finalNorm(),
                            card.normalizedPixels(),
                            card.preprocess(),
                            card.labels(),
                            outputs,
                            card.parameters(),
                            card.bytes()));
        }

        @Override
        public List<Answer> run(List<Row> rows, Set<Output> wanted) {
            assertThat(wanted).containsExactly(Output.PATCHES);
            return model.run(rows, wanted);
        }
    }

    @ParameterizedTest
    @MethodSource
    void classify(JsonNode golden) {
        try (OrtModel model = open(golden)) {
            List<JsonNode> expected = golden.path("answers").valueStream().toList();
            List<Tensor> pictures = expected.stream()
                    .map(answer -> picture(answer, model.card()))
                    .toList();
            List<List<Guess>> guesses = new Classify(model, 3).run(pictures);
            for (int i = 0; i < expected.size(); i++) {
                int[] classes = guesses.get(i).stream().mapToInt(Guess::number).toArray();
                assertThat(classes)
                        .containsExactly(expected.get(i)
                                .path("classes")
                                .valueStream()
                                .mapToInt(JsonNode::asInt)
                                .toArray());
                assertClose(
                        guesses.get(i).stream().mapToDouble(Guess::probability).toArray(),
                        expected.get(i).path("probabilities"));
                assertThat(guesses.get(i).getFirst().label()).isEqualTo("label " + classes[0]);
            }
        }
    }

    @ParameterizedTest
    @MethodSource
    void embed(JsonNode golden) {
        try (OrtModel model = open(golden)) {
            Tensor picture = picture(golden, model.card());
            Pool pool = Pool.parse(golden.path("pool").asText());
            Embedding plain = new Embed(model, pool, false, Dtype.FLOAT32).run(picture);
            Embedding normalized = new Embed(model, pool, true, Dtype.FLOAT32).run(picture);
            assertClose(doubles(plain.vectors()), golden.path("vectors"));
            assertClose(doubles(normalized.vectors()), golden.path("normalized"));
        }
    }

    @ParameterizedTest
    @MethodSource
    void encode(JsonNode golden) {
        double[] vector = doubles(golden.path("vector"));
        float[] numbers = new float[vector.length];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (float) vector[i];
        }
        Fake model = Fake.giving(numbers);
        for (Dtype dtype : Dtype.values()) {
            Embedding embedding = new Embed(model, Pool.CLS, false, dtype).run(model.picture());
            assertThat(HexFormat.of().formatHex(embedding.bytes()))
                    .as("%s", dtype)
                    .isEqualTo(golden.path(dtype.toString()).asText());
            assertThat(embedding.scales())
                    .isEqualTo(
                            dtype == Dtype.INT8
                                    ? List.of((float) golden.path("scale").asDouble())
                                    : List.of());
        }
    }

    private static List<JsonNode> golden(String task) throws IOException {
        try (InputStream golden = TasksGoldenTest.class.getResourceAsStream("/tasks.json")) {
            return new JsonMapper().readTree(golden).path(task).valueStream().toList();
        }
    }

    private static OrtModel open(JsonNode golden) {
        Path bundle =
                Path.of("src/test/resources/bundles", golden.path("bundle").asText());
        return OrtModel.open(Bundle.open(bundle), new Device.Cpu(0));
    }

    private static Tensor picture(JsonNode golden, Card card) {
        byte[] pixels = HexFormat.of().parseHex(golden.path("picture").asText());
        return Tensor.of(pixels, card.grid().height(), card.grid().width(), 3);
    }

    private static void assertClose(double[] actual, JsonNode expected) {
        assertThat(actual).containsExactly(doubles(expected), TOLERANCE);
    }

    private static double[] doubles(JsonNode numbers) {
        return numbers.valueStream().mapToDouble(JsonNode::asDouble).toArray();
    }

    private static double[] doubles(Tensor tensor) {
        float[] floats = tensor.toFloats();
        double[] doubles = new double[floats.length];
        for (int i = 0; i < floats.length; i++) {
            doubles[i] = floats[i];
        }
        return doubles;
    }
}
