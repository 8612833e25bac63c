package dev.unmask.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// `anomaly`, `classify`, and how `embed` stores vectors, as a user runs them.
class TaskCommandTest {

    private static final String CHELSEA = "photos/chelsea.jpg";
    private static final String BUNDLES = "src/test/resources/bundles/";

    @TempDir
    Path folder;

    /// What a run left.
    private record Run(int code, String out, String err) {

        JsonNode json() throws IOException {
            return new JsonMapper().readTree(out);
        }
    }

    @Test
    void anomalyDrawsTheHeat() throws IOException {
        Path png = folder.resolve("heat.png");
        Run run = run("anomaly", CHELSEA, "-o", png.toString());
        assertThat(run.err()).contains(CHELSEA + " -> " + png + "  score ").contains(" · max ");
        assertThat(run.code()).isZero();
        assertThat(Files.readAllBytes(png)).startsWith(0x89, 'P', 'N', 'G');
        assertThat(files()).containsExactly("heat.png");
    }

    @Test
    void anomalyAnswersInJson() throws IOException {
        JsonNode answer = run("anomaly", CHELSEA, "--json", "--masks", "3", "--seed", "5", "--top", "1")
                .json();
        assertThat(answer.path("model").asText()).isEqualTo("mae-tiny");
        assertThat(answer.path("masks").asInt()).isEqualTo(3);
        assertThat(answer.path("seed").asInt()).isEqualTo(5);
        assertThat(answer.path("map")).hasSize(196);
        double[] map =
                answer.path("map").valueStream().mapToDouble(JsonNode::asDouble).toArray();
        assertThat(answer.path("max").asDouble())
                .isEqualTo(Arrays.stream(map).max().orElseThrow());
        assertThat(answer.path("score").asDouble())
                .isCloseTo(Arrays.stream(map).average().orElseThrow(), within(1e-9));
    }

    @Test
    void theSameRequestFindsTheSame() throws IOException {
        for (String name : List.of("a.png", "b.png")) {
            run("anomaly", CHELSEA, "-o", folder.resolve(name).toString(), "--rounds", "2");
        }
        assertThat(folder.resolve("a.png")).hasSameBinaryContentAs(folder.resolve("b.png"));
    }

    @Test
    void aModelOfNormalisedPixelsFindsToo() throws IOException {
        JsonNode answer =
                run("anomaly", CHELSEA, "--json", "--model", BUNDLES + "full").json();
        assertThat(answer.path("map")).hasSize(16);
    }

    @Test
    void anEncoderCannotFind() throws IOException {
        Run run = run("anomaly", CHELSEA, "-o", folder.resolve("o.png").toString(), "--model", BUNDLES + "encoder");
        assertThat(run.code()).isEqualTo(3);
        assertThat(run.err()).contains("a mae_visualize_vit_* or *_full checkpoint can");
        assertThat(files()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "anomaly --json --masks 1|masks 1 is not in 2..196; the model has 196 patches",
                "anomaly --json --masks 200|masks 200 is not in 2..196; the model has 196 patches",
                "anomaly --json --rounds 65|rounds 65 of 4 masks are not in 1..64",
                "anomaly --json --top 0|top 0.0 is not in (0, 1]",
                "anomaly --masks 4|missing required option: '--out=OUT' (or --json for the numbers alone)",
                "anomaly --json -o -|--json and -o - both write to standard output",
                "classify --top 0|top 0 is below 1",
                "classify --top many|invalid value for option '--top'",
                "embed --dtype int4|dtype 'int4' is not float32, float16, int8 or binary",
            })
    void misuseIsRefusedWithTheValueAndTheLimit(String arguments, String message) {
        Run run = run((arguments + " " + CHELSEA).split(" "));
        assertThat(run.err()).contains(message).doesNotContain("\tat ");
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
    }

    @Test
    void classifyPrintsATable() {
        Run run = run("classify", CHELSEA, "photos/rocket.jpg", "--top", "2", "--model", BUNDLES + "classifier-mean");
        assertThat(run.code()).isZero();
        List<String> lines = run.out().lines().toList();
        assertThat(lines).hasSize(5);
        assertThat(lines.get(0)).matches("image +probability +class +label");
        assertThat(lines.get(1)).matches("photos/chelsea.jpg +[0-9.]+ % +\\d +label \\d");
        assertThat(lines.get(2)).matches(" +[0-9.]+ % +\\d +label \\d");
        assertThat(lines.get(3)).startsWith("photos/rocket.jpg ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"classifier-mean", "classifier-cls"})
    void classifyAnswersInJson(String bundle) throws IOException {
        JsonNode answer = run("classify", CHELSEA, "--json", "--top", "100", "--model", BUNDLES + bundle)
                .json();
        assertThat(answer.path("model").asText()).isEqualTo(bundle);
        assertThat(answer.path("top")).hasSize(10);
        assertThat(answer.path("top")
                        .valueStream()
                        .mapToDouble(guess -> guess.path("probability").asDouble())
                        .sum())
                .isCloseTo(1, within(1e-9));
        JsonNode best = answer.path("top").path(0);
        assertThat(best.path("label").asText())
                .isEqualTo("label " + best.path("class").asInt());
    }

    @Test
    void aModelWithoutAHeadCannotClassify() {
        Run run = run("classify", CHELSEA);
        assertThat(run.code()).isEqualTo(3);
        assertThat(run.err()).contains("mae-tiny is no classifier; a fine-tuned checkpoint");
        assertThat(run.out()).isEmpty();
    }

    @Test
    void aBadPictureAmongGoodOnesIsNamed() throws IOException {
        Path bad = Files.write(folder.resolve("bad.jpg"), new byte[0]);
        Run classified = run("classify", bad.toString(), CHELSEA, "--model", BUNDLES + "classifier-cls");
        assertThat(classified.code()).isEqualTo(1);
        assertThat(classified.out()).contains(CHELSEA);
        assertThat(classified.err()).contains(bad + ": ").contains("1 of 2 pictures failed");
    }

    @ParameterizedTest
    @CsvSource({"float32, 192", "float16, 192", "int8, 192", "binary, 24"})
    void embedStoresAsAsked(String dtype, int numbers) throws IOException {
        JsonNode answer = run("embed", CHELSEA, "--dtype", dtype, "--normalize").json();
        assertThat(answer.path("dtype").asText()).isEqualTo(dtype);
        assertThat(answer.path("normalize").asBoolean()).isTrue();
        assertThat(answer.path("embedding")).hasSize(numbers);
        assertThat(answer.path("scale").isNumber()).isEqualTo(dtype.equals("int8"));
    }

    @Test
    void embedScalesEachPatch() throws IOException {
        JsonNode answer =
                run("embed", CHELSEA, "--dtype", "int8", "--pool", "patches").json();
        assertThat(answer.path("scale")).hasSize(196);
        assertThat(answer.path("embedding").path(195)).hasSize(192);
    }

    @Test
    void normalizedVectorsHaveLengthOne() throws IOException {
        JsonNode answer = run("embed", CHELSEA, "--normalize").json();
        double squares = answer.path("embedding")
                .valueStream()
                .mapToDouble(JsonNode::asDouble)
                .map(value -> value * value)
                .sum();
        assertThat(squares).isCloseTo(1, within(1e-6));
    }

    @Test
    void helpNamesTheCommands() {
        assertThat(run("help").out()).contains("anomaly", "classify");
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    private static Run run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Unmask.commandLine(arguments[0])
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
        return new Run(code, out.toString(), err.toString());
    }
}
