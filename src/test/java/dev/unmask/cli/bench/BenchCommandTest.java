package dev.unmask.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.unmask.cli.Unmask;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `unmask bench` as a user runs it.
@Timeout(300)
class BenchCommandTest {

    private static final String BUNDLE = "src/test/resources/bundles/full";

    @TempDir
    Path folder;

    /// What a run left.
    private record Run(int code, String out, String err) {}

    @Test
    void serveReportsInTextAndJson() throws IOException {
        Path json = folder.resolve("report.json");
        try (Answering server = new Answering(1, number -> number % 5 == 4 ? 429 : 200)) {
            Run run = run(
                    "serve",
                    server.url(),
                    "--callers",
                    "2",
                    "--requests",
                    "50",
                    "--warm-up",
                    "0",
                    "--json",
                    json.toString());
            assertThat(run.err()).contains("loading /v1/embed");
            assertThat(run.code()).isZero();
            assertThat(run.out())
                    .contains("cores", "ONNX Runtime 1.29.0", "model    fake, digest 0123", "/v1/embed, 2 callers")
                    .containsPattern("answered +40 ")
                    .containsPattern("refused +10 ")
                    .contains("by status {200=40, 429=10}; 0 lost");
        }
        JsonNode report = read(json);
        assertThat(report.path("benchmark").asText()).isEqualTo("serve");
        assertThat(report.path("environment").path("cores").asInt()).isPositive();
        JsonNode results = report.path("results").path(0);
        assertThat(results.path("callers").asInt()).isEqualTo(2);
        assertThat(results.path("outcomes").path("answered").asInt()).isEqualTo(40);
        assertThat(results.path("outcomes").path("lost").isInt()).isTrue();
        assertThat(results.path("statuses").path("429").asInt()).isEqualTo(10);
        assertThat(results.path("goodputPerSecond").asDouble()).isPositive();
        assertThat(results.path("milliseconds").path("refused").path("p99").asDouble())
                .isPositive();
        assertThat(folder).isDirectoryContaining("glob:**/report.json").isDirectoryNotContaining("glob:**/.*");
    }

    @Test
    void callersComeOverHttpAndOverGrpc() throws IOException {
        Path json = folder.resolve("report.json");
        List<String> arguments = new ArrayList<>(List.of("serve", "--model", BUNDLE, "--callers", "1,3"));
        arguments.addAll(List.of("--path", "/v1/embed", "--grpc", "cls", "--duration", "0.5", "--warm-up", "0.5"));
        arguments.addAll(List.of("--json", json.toString()));
        Run run = run(arguments.toArray(String[]::new));
        assertThat(run.code()).as(run.err() + run.out()).isZero();
        assertThat(run.out())
                .contains("/v1/embed, 1 caller ", "gRPC cls, 3 callers ", "model    full, digest", "the server: ");
        JsonNode phases = read(json).path("results");
        assertThat(phases).hasSize(4);
        for (JsonNode phase : phases) {
            assertThat(phase.path("outcomes").path("answered").asInt()).isPositive();
            assertThat(phase.path("statuses")).hasSize(1);
            JsonNode server = phase.path("server");
            for (String spent : List.of("cores", "coresDecoding", "lanesBusy", "decodeMillis")) {
                assertThat(server.path(spent).asDouble()).as(spent).isPositive();
            }
            assertThat(server.path("rowsPerBatch").asDouble()).isBetween(1.0, 3.0);
        }
    }

    @Test
    void aGrpcServerThatKnowsNoSuchOutputIsNamedByTheExitCode() {
        Run run = run(
                "serve", "--model", BUNDLE, "--callers", "1", "--requests", "3", "--warm-up", "0", "--grpc", "dream");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out()).contains("by status {400=3}");
    }

    @Test
    void aServerThatFailsIsNamedByTheExitCode() throws IOException {
        try (Answering server = new Answering(1, number -> number == 3 ? 500 : 200)) {
            Run run = run("serve", server.url(), "--rate", "200", "--requests", "10", "--warm-up", "0");
            assertThat(run.code()).isEqualTo(1);
            assertThat(run.out()).contains("by status {200=9, 500=1}");
        }
    }

    @Test
    void nothingIsSentToAnotherMachine() {
        Run run = run("serve", "http://unmask.invalid", "--rate", "1");
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("host unmask.invalid is not this machine");
        assertThat(run.out()).isEmpty();
    }

    @Test
    void whereNobodyListensNothingIsMeasured() throws IOException {
        Answering gone = new Answering(1, _ -> 200);
        gone.close();
        Run run = run("serve", gone.url(), "--rate", "1");
        assertThat(run.code()).isEqualTo(3);
        assertThat(run.err()).contains("no server answers at " + gone.url());
    }

    @Test
    void aReportThatCannotBeWrittenIsRefusedBeforeAnythingIsSent() throws IOException {
        try (Answering server = new Answering(1, _ -> 200)) {
            String json = folder.resolve("missing/report.json").toString();
            Run run = run("serve", server.url(), "--rate", "10", "--json", json);
            assertThat(run.code()).isEqualTo(3);
            assertThat(run.err()).contains("there is no folder");
            assertThat(server.posts()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "serve",
                "serve --rate 1 --callers 1",
                "serve --rate 0",
                "serve --rate 1 --path embed",
                "serve --rate 1 --header none",
                "serve --callers 0",
                "serve --callers 1,0",
                "serve --callers 1 --grpc cls --grpc-port 0",
                "serve --callers 1 --connections 0",
                "serve --callers 1 --duration -1",
                "service --rows 0",
                "service --counts 5,5",
                "service --only everything",
                "model --rows 0",
                "model --ratio 1",
                "model --stage dream",
                "model --precision fp32,fp8",
                "model --execution graph,",
                ""
            })
    void whatMakesNoSenseIsMisuse(String arguments) {
        Run run = run(arguments.isEmpty() ? new String[0] : arguments.split(" "));
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).startsWith("unmask: ");
        assertThat(run.out()).isEmpty();
    }

    @Test
    void modelTimesWhatTheBundleCanDo() throws IOException {
        Path json = folder.resolve("report.json");
        Run run =
                run("model", BUNDLE, "--rows", "1,3", "--cell-seconds", "0", "--peak", "1", "--json", json.toString());
        assertThat(run.code()).isZero();
        assertThat(run.out())
                .contains("decoding a photo takes", "encode", "reconstruct", "cpu fp32 plain")
                .doesNotContain("classify", "not timed");
        JsonNode results = read(json).path("results");
        assertThat(results.path("failures")).isEmpty();
        JsonNode cells = results.path("cells");
        assertThat(cells).hasSize(2 * 2 * 2);
        JsonNode last = cells.path(7);
        assertThat(last.path("stage").asText()).isEqualTo("reconstruct");
        assertThat(last.path("rows").asInt()).isEqualTo(3);
        assertThat(last.path("runs").asInt()).isEqualTo(5);
        assertThat(last.path("ratio").asDouble()).isEqualTo(0.75);
        assertThat(last.path("imagesPerSecond").asDouble())
                .isEqualTo(3000 / last.path("medianMillis").asDouble());
        assertThat(last.path("share").asDouble())
                .isEqualTo(last.path("teraflops").asDouble());
        assertThat(last.path("spentMillis").path("decoder").asDouble()).isPositive();
    }

    @Test
    void whatCannotBeTimedIsNamedAndTheRestGoesOn() throws IOException {
        Path json = folder.resolve("report.json");
        Run run = run(
                "model",
                BUNDLE,
                "--precision",
                "bf16,fp32",
                "--stage",
                "encode",
                "--rows",
                "1",
                "--lanes",
                "2",
                "--cell-seconds",
                "0",
                "--json",
                json.toString());
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out())
                .contains("not timed: all on cpu (bf16, auto): precision bf16 asked for", "cpu fp32 plain");
        assertThat(read(json).path("results").path("cells")).hasSize(2);
    }

    @Test
    void aModelOfWhichNothingCanBeTimedCannotRun() {
        Run run = run("model", BUNDLE, "--precision", "bf16", "--cell-seconds", "0");
        assertThat(run.code()).isEqualTo(3);
        assertThat(run.err()).contains("precision bf16 asked for", "full has fp32");
        assertThat(run.out()).isEmpty();
    }

    @Test
    void whatFindsNoTimeIsNamed() {
        Run run = run("model", BUNDLE, "--seconds", "0", "--cell-seconds", "0", "--rows", "1");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out()).contains("not begun, as 0.0 s were over");
    }

    @Test
    void serviceComparesAndLeavesNoServerBehind() throws IOException {
        Path json = folder.resolve("report.json");
        Run run = run(
                "service",
                BUNDLE,
                "--only",
                "saturation,latency,overload,memory",
                "--rounds",
                "1",
                "--duration",
                "2",
                "--warm-up",
                "0.2",
                "--photos",
                "photos/chelsea.jpg",
                "--rows",
                "2",
                "--counts",
                "20,40",
                "--json",
                json.toString());
        assertThat(run.err()).contains("memory: up to 40 requests");
        assertThat(run.code()).isZero();
        JsonNode results = read(json).path("results");
        assertThat(results).hasSizeBetween(6, 7); // without refusals, there is no p99 of them
        for (JsonNode finding : results) {
            assertThat(run.out()).contains(finding.path("what").asText());
            assertThat(finding.path("value").isNumber()).as(finding.toString()).isTrue();
            assertThat(finding.path("met").isBoolean()).isTrue();
        }
        JsonNode saturation = results.path(0).path("rounds").path(0);
        assertThat(saturation.path("serviceRowsPerBatch").asDouble()).isBetween(1.0, 2.0);
        assertThat(ProcessHandle.current().children().filter(ProcessHandle::isAlive))
                .isEmpty();
    }

    @Test
    void aServerThatCannotStartSaysWhy() throws IOException {
        Files.copy(Path.of(BUNDLE, "model.json"), folder.resolve("model.json"));
        Run run = run("serve", "--model", folder.toString(), "--rate", "1");
        assertThat(run.code()).isEqualTo(3);
        assertThat(run.err())
                .contains(
                        "unmask: the server did not start: " + folder.resolve("encoder"), "is missing from the bundle");
    }

    private static JsonNode read(Path json) throws IOException {
        return new JsonMapper().readTree(json.toFile());
    }

    private static Run run(String... arguments) {
        String[] all = new String[arguments.length + 1];
        all[0] = "bench";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Unmask.commandLine("bench")
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(all);
        return new Run(code, out.toString(), err.toString());
    }
}
