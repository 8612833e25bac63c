package dev.unmask.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The commands as a user runs them: exit code, output, message; and nothing left behind after a refusal.
class CommandTest {

    private static final String CHELSEA = "photos/chelsea.jpg";
    private static final String BUNDLES = "src/test/resources/bundles/";

    @TempDir
    Path folder;

    /// What a run left.
    private record Run(int code, String out, String err) {}

    @Test
    void reconstructWritesThePanels() throws IOException {
        Path png = folder.resolve("out.png");
        Run run = run("reconstruct", CHELSEA, "-o", png.toString(), "--seed", "2");
        assertThat(run.err()).contains("147 of 196 patches hidden · seed 2 · loss 0.18");
        assertThat(run.code()).isZero();
        assertThat(Files.readAllBytes(png)).startsWith(0x89, 'P', 'N', 'G');
        assertThat(files()).containsExactly("out.png");
    }

    @Test
    void theSameRequestGivesTheSameBytes() throws IOException {
        for (String name : List.of("a.png", "b.png")) {
            run("reconstruct", CHELSEA, "-o", folder.resolve(name).toString());
        }
        assertThat(folder.resolve("a.png")).hasSameBinaryContentAs(folder.resolve("b.png"));
    }

    @Test
    void reconstructAnswersInJson() throws IOException {
        Run run = run("reconstruct", CHELSEA, "--json", "--ratio", "0.5", "--seed", "3");
        JsonNode answer = new JsonMapper().readTree(run.out());
        assertThat(run.code()).isZero();
        assertThat(answer.path("model").asText()).isEqualTo("mae-tiny");
        assertThat(answer.path("kept").asInt()).isEqualTo(98);
        assertThat(answer.path("mask").asText()).hasSize(196);
        assertThat(answer.path("errors")).hasSize(196);
        assertThat(answer.path("loss").asDouble()).isBetween(0.05, 1.0);
    }

    @Test
    void anAnswersMaskReproducesIt() throws IOException {
        JsonNode first = new JsonMapper()
                .readTree(run("reconstruct", CHELSEA, "--json", "--seed", "3").out());
        JsonNode again = new JsonMapper()
                .readTree(run(
                                "reconstruct",
                                CHELSEA,
                                "--json",
                                "--mask",
                                first.path("mask").asText())
                        .out());
        assertThat(again.path("loss").asDouble())
                .isCloseTo(first.path("loss").asDouble(), org.assertj.core.api.Assertions.within(1e-5));
    }

    @Test
    void nothingMaskedHasNoLoss() throws IOException {
        Run run = run("reconstruct", CHELSEA, "--json", "--ratio", "0");
        assertThat(new JsonMapper().readTree(run.out()).path("loss").isNull()).isTrue();
    }

    @Test
    void boxesHideThePatchesTheyTouch() throws IOException {
        // the photo is 451 x 300; its upper left quarter is the upper left quarter of the grid
        Run run = run("reconstruct", CHELSEA, "--json", "--boxes", "0,0,225.5,150");
        String mask = new JsonMapper().readTree(run.out()).path("mask").asText();
        assertThat(mask).isEqualTo(("11111110000000".repeat(7) + "00000000000000".repeat(7)));
    }

    @Test
    void severalPicturesGoIntoAFolderAndABadOneIsNamed() throws IOException {
        Path bad = Files.write(folder.resolve("bad.jpg"), new byte[0]);
        Path out = folder.resolve("panels");
        Run run = run("reconstruct", CHELSEA, bad.toString(), "photos/rocket.jpg", "-o", out.toString());
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains(bad + ": ").contains("1 of 3 pictures failed");
        assertThat(out).isDirectoryContaining("glob:**/chelsea.png").isDirectoryContaining("glob:**/rocket.png");
    }

    @Test
    void twoPicturesOfOneNameAreRefusedBeforeAnythingRuns() throws IOException {
        Path copy = Files.copy(Path.of(CHELSEA), folder.resolve("chelsea.jpg"));
        Run run = run(
                "reconstruct",
                CHELSEA,
                copy.toString(),
                "-o",
                folder.resolve("panels/").toString());
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("would both be written to chelsea.png");
    }

    @Test
    void onePanelAloneIsThePictureItself() throws IOException {
        Path png = folder.resolve("filled.png");
        run("reconstruct", CHELSEA, "-o", png.toString(), "--panels", "combined");
        byte[] bytes = Files.readAllBytes(png);
        assertThat(java.nio.ByteBuffer.wrap(bytes, 16, 8).getInt()).isEqualTo(224);
    }

    @Test
    void aModelOfNormalisedPixelsExplainsItselfAndTakesTheOriginalsStatistics() throws IOException {
        Path png = folder.resolve("out.png");
        Run refused = run("reconstruct", CHELSEA, "-o", png.toString(), "--model", BUNDLES + "full");
        assertThat(refused.code()).isEqualTo(3);
        assertThat(refused.err()).contains("--patch-stats original");
        assertThat(files()).isEmpty();
        Run run = run(
                "reconstruct", CHELSEA, "-o", png.toString(), "--model", BUNDLES + "full", "--patch-stats", "original");
        assertThat(run.code()).isZero();
        assertThat(files()).containsExactly("out.png");
    }

    @Test
    void anEncoderSaysWhichCheckpointCouldReconstruct() throws IOException {
        Run run = run("reconstruct", CHELSEA, "-o", folder.resolve("o.png").toString(), "--model", BUNDLES + "encoder");
        assertThat(run.code()).isEqualTo(3);
        assertThat(run.err()).contains("a mae_visualize_vit_* or *_full checkpoint can");
        assertThat(files()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--ratio 1|mask ratio 1.0 is not in [0, 1)",
                "--ratio -0.5|mask ratio -0.5 is not in [0, 1)",
                "--ratio 0.999|mask ratio 0.999 leaves none of 196 patches visible",
                "--ratio much|invalid value for option '--ratio'",
                "--mask 0101|mask has 4 values; the model has 196 patches",
                "--mask [500]|patch 500 is not one of the 196 patches 0 to 195",
                "--boxes 1,2,3|box '1,2,3' is not x,y,width,height in pixels",
                "--boxes 1,2,0,5|has no area",
                "--ratio 0.5 --mask [1]|take one of ratio and seed, mask, or boxes",
                "--panels sideways|'--panels'",
                "--preset squint|unknown preset 'squint'; there are demo, eval, hf, none",
                "--device tpu|device 'tpu' is not cpu, cuda:N or tensorrt:N",
                "--device cuda:0,cuda:1|device 'cuda:0,cuda:1' names several; this command runs on one",
                "--precision int8|precision 'int8' is not auto, fp32, fp16 or bf16",
                "--execution fast|execution 'fast' is not auto, plain, bound or graph",
                "--device cpu --execution graph|execution graph takes a CUDA card; the device is cpu",
            })
    void misuseIsRefusedWithTheValueAndTheLimit(String options, String message) throws IOException {
        String[] base = {"reconstruct", CHELSEA, "-o", folder.resolve("out.png").toString()};
        Run run = run(Stream.concat(Arrays.stream(base), Arrays.stream(options.split(" ")))
                .toArray(String[]::new));
        assertThat(run.err()).contains(message).doesNotContain("\tat ");
        assertThat(run.code()).isEqualTo(2);
        assertThat(files()).isEmpty();
    }

    @Test
    void aMaskThatHidesEverythingIsRefused() throws IOException {
        Run run = run("reconstruct", CHELSEA, "--json", "--mask", "1".repeat(196));
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("the mask hides all 196 patches");
    }

    @Test
    void aBoxOutsideThePictureFailsThatPicture() throws IOException {
        Run run = run("reconstruct", CHELSEA, "--json", "--boxes", "5000,5000,10,10");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("lies outside what the model sees of the picture");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nosuch", "./nosuch", "photos"})
    void anUnknownModelCannotRun(String model) {
        Run run = run("reconstruct", CHELSEA, "--json", "--model", model);
        assertThat(run.code()).isEqualTo(3);
        assertThat(run.err()).containsAnyOf("there is no model", "is not a model bundle");
    }

    @Test
    void anOutputThatCannotBeWrittenIsSaid() throws IOException {
        Run missing = run(
                "reconstruct", CHELSEA, "-o", folder.resolve("no/such/out.png").toString());
        assertThat(missing.code()).isEqualTo(3);
        assertThat(missing.err()).contains("there is no folder");
        Path file = Files.writeString(folder.resolve("file"), "x");
        Run several = run("reconstruct", CHELSEA, "photos/rocket.jpg", "-o", file.toString());
        assertThat(several.code()).isEqualTo(2);
        assertThat(several.err()).contains("is a file; 2 pictures need a folder");
        assertThat(file).hasContent("x");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aFullDiskIsSaid() {
        Run run = run("reconstruct", CHELSEA, "-o", "/dev/full");
        assertThat(run.code()).isEqualTo(3);
        assertThat(run.err()).contains("cannot write /dev/full: No space left on device");
        assertThat(Path.of("/dev/full")).matches(path -> !Files.isRegularFile(path), "is still a device");
    }

    @Test
    void aLinkLeadsToTheFileThatIsWritten() throws IOException {
        Path target = Files.writeString(folder.resolve("target.png"), "old");
        Path link = Files.createSymbolicLink(folder.resolve("link.png"), target);
        assertThat(run("reconstruct", CHELSEA, "-o", link.toString()).code()).isZero();
        assertThat(link).isSymbolicLink();
        assertThat(Files.readAllBytes(target)).startsWith(0x89, 'P', 'N', 'G');
    }

    @Test
    void picturesThatAreNotThereAreNamed() {
        Run run = run("embed", "photos/nosuch.jpg", folder.toString());
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err())
                .contains("photos/nosuch.jpg: there is no such file")
                .contains(folder + ": is a folder; with a table as OUT");
    }

    @ParameterizedTest
    @CsvSource({"cls, 192", "mean, 192"})
    void embedPrintsAVector(String pool, int width) throws IOException {
        Run run = run("embed", CHELSEA, "--pool", pool);
        assertThat(run.code()).isZero();
        JsonNode answer = new JsonMapper().readTree(run.out());
        assertThat(answer.path("pool").asText()).isEqualTo(pool);
        assertThat(answer.path("embedding")).hasSize(width);
    }

    @Test
    void embedPrintsAVectorPerPatch() throws IOException {
        JsonNode answer = new JsonMapper()
                .readTree(run("embed", CHELSEA, "--pool", "patches").out());
        assertThat(answer.path("embedding")).hasSize(196);
        assertThat(answer.path("embedding").path(195)).hasSize(192);
    }

    @Test
    void embedRefusesAnotherPool() {
        Run run = run("embed", CHELSEA, "--pool", "max");
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("pool 'max' is not cls, mean or patches");
    }

    @Test
    void describeShowsTheWayOfAPicture() {
        Run run = run("describe");
        assertThat(run.code()).isZero();
        assertThat(run.out()).contains("49 of 196 visible").contains("50 x 192").contains("predicted patches");
    }

    @ParameterizedTest
    @ValueSource(strings = {"visualize", "full", "encoder", "classifier-mean", "classifier-cls", "rectangular"})
    void describeAddsUpToTheBundlesParameters(String bundle) throws IOException {
        Run run = run("describe", BUNDLES + bundle, "--json", "--ratio", "0.5");
        long described = 0;
        for (JsonNode stage : new JsonMapper().readTree(run.out()).path("stages")) {
            assertThat(stage.path("parameters").asLong()).isNotNegative();
            described += stage.path("parameters").asLong();
        }
        long stated = 0;
        for (JsonNode number : new JsonMapper()
                .readTree(Path.of(BUNDLES, bundle, "model.json").toFile())
                .path("parameters")) {
            stated += number.asLong();
        }
        assertThat(described).isEqualTo(stated);
    }

    @Test
    void verifyAgrees() {
        Run run = run("verify", BUNDLES + "visualize");
        assertThat(run.code()).isZero();
        assertThat(run.out())
                .contains("ratio75.latent")
                .contains("agree with PyTorch")
                .doesNotContain("OUT");
    }

    @Test
    void verifyFailsWhenANumberIsOut() throws IOException {
        Path bundle = folder.resolve("bundle");
        Files.createDirectory(bundle);
        try (Stream<Path> files = Files.list(Path.of(BUNDLES, "visualize"))) {
            for (Path file : files.toList()) {
                Files.copy(file, bundle.resolve(file.getFileName()));
            }
        }
        Path manifest = bundle.resolve("model.json");
        Files.writeString(manifest, Files.readString(manifest).replaceAll("\"cpu\": [0-9.e-]+", "\"cpu\": 1e-12"));
        Run run = run("verify", bundle.toString());
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out()).contains("OUT");
    }

    @Test
    void verifySaysInJsonHowItRan() {
        Run run = run("verify", BUNDLES + "visualize", "--device", "cpu", "--precision", "fp32", "--json");
        assertThat(run.code()).isZero();
        assertThat(run.out())
                .contains("\"device\" : \"cpu\"", "\"precision\" : \"fp32\"", "\"execution\" : \"plain\"")
                .containsPattern("\"cosine\" : (1\\.0|0\\.9999)");
    }

    @Test
    void verifyRefusesWhatTheBundleLacks() {
        Run run = run("verify", BUNDLES + "full", "--precision", "bf16", "--device", "cpu");
        assertThat(run.code()).isEqualTo(3);
        assertThat(run.err()).isEqualTo("unmask: precision bf16 asked for, " + BUNDLES + "full has fp32, fp16\n");
    }

    @Test
    void aPrecisionThatTheProcessorLacksIsRefused() {
        Run run = run("verify", BUNDLES + "visualize", "--precision", "bf16", "--device", "cpu");
        assertThat(run.code()).isEqualTo(3);
        assertThat(run.err()).contains("on cpu: the processor lacks an operator in bf16; fp32 runs everywhere (");
    }

    @Test
    void doctorSaysWhatWouldRun() {
        Run run = run("doctor");
        assertThat(run.code()).isZero();
        assertThat(run.out())
                .contains("mae-tiny on cpu (fp32, plain): encoder, decoder")
                .contains("1.29.0");
        Run sick = run("doctor", "--model", "nosuch");
        assertThat(sick.code()).isEqualTo(3);
        assertThat(sick.out()).contains("NOT WELL: there is no model 'nosuch'");
    }

    @Test
    void helpNamesEveryCommandAndItsExitCodes() {
        Run run = run("help");
        assertThat(run.code()).isZero();
        assertThat(run.out()).contains("reconstruct", "embed", "describe", "verify", "doctor", "export", "Exit codes");
    }

    @Test
    void anUnknownCommandIsMisuse() {
        Run run = run("reconstrukt");
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("reconstrukt");
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
        assertThat(StandardCharsets.UTF_8.newEncoder().canEncode(out.toString()))
                .isTrue();
        return new Run(code, out.toString(), err.toString());
    }
}
