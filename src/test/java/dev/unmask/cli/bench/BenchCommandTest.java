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
            assertThat(run.err()).contains("loading " + server.url() + "/v1/embed");
            assertThat(run.code()).isZero();
            assertThat(run.out())
                    .contains(
                            "cores",
                            "ONNX Runtime 1.29.0",
                            "model    fake, digest 0123",
                            "settings path /v1/embed, callers 2")
                    .containsPattern("answered +40 ")
                    .containsPattern("refused +10 ")
                    .contains("by status {200=40, 429=10}; 0 lost");
        }
        JsonNode report = read(json);
        assertThat(report.path("benchmark").asText()).isEqualTo("serve");
        assertThat(report.path("environment").path("cores").asInt()).isPositive();
        assertThat(report.path("settings").path("callers").asInt()).isEqualTo(2);
        JsonNode results = report.path("results");
        assertThat(results.path("outcomes").path("answered").asInt()).isEqualTo(40);
        assertThat(results.path("outcomes").path("lost").isInt()).isTrue();
        assertThat(results.path("statuses").path("429").asInt()).isEqualTo(10);
        assertThat(results.path("goodputPerSecond").asDouble()).isPositive();
        assertThat(results.path("milliseconds").path("refused").path("p99").asDouble())
                .isPositive();
        assertThat(folder).isDirectoryContaining("glob:**/report.json").isDirectoryNotContaining("glob:**/.*");
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
                "serve --callers 1 --connections 0",
                "serve --callers 1 --duration -1",
                "service --rows 0",
                "service --counts 5,5",
                "service --only everything",
                "model --rounds 0",
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
        Run run = run("model", BUNDLE, "--rows", "1,3", "--rounds", "2", "--json", json.toString());
        assertThat(run.err()).contains("round 2 of 2");
        assertThat(run.code()).isZero();
        assertThat(run.out())
                .contains("decode and resize photos", "encode and decode")
                .doesNotContain("classify");
        JsonNode results = read(json).path("results");
        assertThat(results).hasSize(1 + 2 * 4);
        assertThat(results.path(8).path("rows").asInt()).isEqualTo(3);
        assertThat(results.path(8).path("medianMillis").asDouble()).isPositive();
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
