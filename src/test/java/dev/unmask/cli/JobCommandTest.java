package dev.unmask.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Tables of many pictures, as a user makes them: `embed`, `anomaly` and `reconstruct` with a table as OUT.
@Timeout(120)
class JobCommandTest {

    private static final String BUNDLE = "src/test/resources/bundles/visualize";
    private static final int PICTURES = 24;

    @TempDir
    Path temp;

    private Path photos;
    private Path out;

    /// What a run left.
    private record Run(int code, String out, String err) {}

    @BeforeEach
    void prepare() throws IOException {
        photos = Files.createDirectory(temp.resolve("photos"));
        out = temp.resolve("out.jsonl");
        for (int i = 0; i < PICTURES; i++) {
            String photo = List.of("chelsea", "coffee", "rocket").get(i % 3);
            Files.copy(Path.of("photos", photo + ".jpg"), photos.resolve("%02d.jpg".formatted(i)));
        }
    }

    @Test
    void embeddingsOfATableAreThoseOfSinglePictures() throws IOException {
        assertThat(embed("--pool", "mean", "--normalize").code()).isZero();
        List<JsonNode> rows = rows(out);
        assertThat(rows).hasSize(PICTURES);
        for (int i = 0; i < 3; i++) {
            String photo = photos.resolve("%02d.jpg".formatted(i)).toString();
            JsonNode alone = json(run("embed", photo, "--pool", "mean", "--normalize", "--model", BUNDLE)
                    .out());
            assertThat(rows.get(i).path("id").asText()).isEqualTo(photo);
            assertThat(rows.get(i).path("embedding")).isEqualTo(alone.path("embedding"));
            assertThat(rows.get(i).path("model").asText())
                    .isEqualTo(alone.path("digest").asText());
        }
        assertThat(rows.getFirst().path("width").asInt()).isEqualTo(451);
        assertThat(rows.getFirst().path("height").asInt()).isEqualTo(300);
    }

    @Test
    void scoresOfATableAreThoseOfSinglePictures() throws IOException {
        Path heat = temp.resolve("heat");
        Run run = run(
                "anomaly",
                photos.toString(),
                "--out",
                out.toString(),
                "--model",
                BUNDLE,
                "--pictures",
                heat.toString());
        assertThat(run.code()).isZero();
        String photo = photos.resolve("01.jpg").toString();
        JsonNode alone = json(run("anomaly", photo, "--json", "--model", BUNDLE).out());
        JsonNode row = rows(out).get(1);
        assertThat(row.path("score")).isEqualTo(alone.path("score"));
        assertThat(row.path("max")).isEqualTo(alone.path("max"));
        assertThat(row.path("map")).hasSameSizeAs(alone.path("map"));
        assertThat(pngs(heat)).hasSize(PICTURES).contains(photo.substring(1) + ".png");
    }

    @Test
    void lossesOfATableAreThoseOfSinglePictures() throws IOException {
        Path panels = temp.resolve("panels");
        Run run = run(
                "reconstruct",
                photos.toString(),
                "--out",
                out.toString(),
                "--model",
                BUNDLE,
                "--seed",
                "3",
                "--pictures",
                panels.toString(),
                "--panels",
                "reconstruction");
        assertThat(run.code()).isZero();
        String photo = photos.resolve("02.jpg").toString();
        Path png = temp.resolve("alone.png");
        JsonNode alone = json(run(
                        "reconstruct",
                        photo,
                        "--json",
                        "-o",
                        png.toString(),
                        "--model",
                        BUNDLE,
                        "--seed",
                        "3",
                        "--panels",
                        "reconstruction")
                .out());
        assertThat(rows(out).get(2).path("loss")).isEqualTo(alone.path("loss"));
        assertThat(panels.resolve(photo.substring(1) + ".png")).hasSameBinaryContentAs(png);
    }

    @Test
    void badPicturesAreRowsAndAreNamed() throws IOException {
        Files.writeString(photos.resolve("03.jpg"), "not a picture");
        Files.delete(photos.resolve("04.jpg"));
        Files.write(photos.resolve("05.jpg"), bomb());
        Path list = temp.resolve("list.txt");
        List<String> paths = new ArrayList<>();
        for (int i = 0; i < PICTURES; i++) {
            paths.add(photos.resolve("%02d.jpg".formatted(i)).toString());
        }
        paths.add(paths.getFirst());
        Files.write(list, paths);
        Run run = run("embed", list.toString(), "--out", out.toString(), "--model", BUNDLE, "--shard-rows", "10");
        assertThat(run.code()).isEqualTo(Unmask.SOME_FAILED);
        assertThat(run.err())
                .contains("unmask: " + paths.get(3) + ": not a picture")
                .contains("unmask: " + paths.get(4) + ": there is no such file")
                .contains("unmask: " + paths.get(5) + ": picture is 60000 x 60000 px; the limit is 20000 px a side")
                .contains("25 of 25 rows, 3 with errors");
        List<JsonNode> rows = rows(out);
        assertThat(rows).extracting(row -> row.path("id").asText()).containsExactlyElementsOf(paths);
        assertThat(rows.get(4).path("error").asText()).isEqualTo("there is no such file");
        assertThat(rows.get(24).path("embedding")).isEqualTo(rows.getFirst().path("embedding"));
        assertThat(run("embed", list.toString(), "--out", out.toString(), "--model", BUNDLE, "--shard-rows", "10"))
                .returns(Unmask.SOME_FAILED, Run::code)
                .extracting(Run::err)
                .asString()
                .contains("is complete already");
    }

    @Test
    void theSummaryIsForPrograms() throws IOException {
        JsonNode summary = json(embed("--json").out());
        assertThat(summary.path("complete").asBoolean()).isTrue();
        assertThat(summary.path("rows").asInt()).isEqualTo(PICTURES);
        assertThat(summary.path("errors").asInt()).isZero();
        assertThat(summary.path("pictures_per_second").asDouble()).isPositive();
        assertThat(summary.path("batch").path("p50_ms").asDouble()).isPositive();
    }

    @Test
    void aKilledJobGoesOnAndItsBytesAreThoseOfAnUndisturbedOne() throws IOException, InterruptedException {
        Path whole = temp.resolve("whole.parquet");
        Path killed = temp.resolve("killed.parquet");
        List<String> inputs = slowly();
        run(command(inputs, whole));
        Process process = start(command(inputs, killed));
        awaitShard(killed, process);
        process.destroyForcibly().waitFor();
        assertThat(killed.resolve("_SUCCESS")).doesNotExist();
        Run rest = run(command(inputs, killed));
        assertThat(rest.code()).isZero();
        assertThat(rest.err()).contains("unmask: going on after ");
        assertThat(files(killed)).isEqualTo(files(whole));
    }

    @Test
    void anInterruptEndsTheShardAndSaysHowToGoOn() throws IOException, InterruptedException {
        Path stopped = temp.resolve("stopped.parquet");
        List<String> inputs = slowly();
        Process process = start(command(inputs, stopped));
        awaitShard(stopped, process);
        new ProcessBuilder("kill", "-INT", String.valueOf(process.pid()))
                .start()
                .waitFor();
        String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(130);
        assertThat(err)
                .contains("stopping when this shard is complete")
                .contains("stopped; the same command goes on from here");
        int shards = Files.readAllLines(stopped.resolve("_unmask/shards.jsonl")).size();
        assertThat(files(stopped)).hasSize(shards);
        assertThat(run(command(inputs, stopped)).code()).isZero();
    }

    @Test
    void anotherJobIsRefusedAndSaysWhatDiffers() {
        embed();
        assertThat(embed("--pool", "mean"))
                .returns(Unmask.USAGE, Run::code)
                .extracting(Run::err)
                .asString()
                .contains("holds the output of another job: pool was cls, is mean")
                .contains("--restart");
        assertThat(embed("--pool", "mean", "--restart").code()).isZero();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    nosuch --out x.parquet                  | there is no file or folder 'nosuch'
                    no*such --out x.parquet                 | no file matches 'no*such'
                    photos --out x.txt                      | 'txt' is not a format of tables: parquet, npy, jsonl
                    photos --out x.npy --shard-rows 0       | --shard-rows 0 is not in 1..16777216
                    photos --out x.npy --batch 5000         | --batch 5000 is not in 1..1024
                    photos/chelsea.jpg --restart            | --restart goes with a table as OUT
                    photos --out x.npy --pool patches       | pool 'patches' is not one vector a picture
                    photos --out x.npy --dtype int8         | dtype 'int8' is not one that a table holds
                    src/main/java --out x.npy               | there are no pictures in [src/main/java]
                    photos --out README.md/x.npy            | cannot write README.md/x.npy
                    """)
    void misuseIsRefused(String arguments, String message) {
        Run run = run(("embed " + arguments).split(" "));
        assertThat(run.code()).isIn(Unmask.USAGE, Unmask.CANNOT_RUN);
        assertThat(run.err()).contains(message);
    }

    /// The head of a PNG file that announces 3.6 gigapixels.
    private static byte[] bomb() {
        ByteBuffer header = ByteBuffer.allocate(17);
        header.put("IHDR".getBytes(StandardCharsets.US_ASCII)).putInt(60_000).putInt(60_000);
        header.put(new byte[] {8, 2, 0, 0, 0});
        CRC32 sum = new CRC32();
        sum.update(header.array());
        ByteBuffer file = ByteBuffer.allocate(33);
        file.put(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'});
        return file.putInt(13).put(header.array()).putInt((int) sum.getValue()).array();
    }

    /// So many inputs that there is time to disturb a job.
    private List<String> slowly() throws IOException {
        Path list = temp.resolve("many.txt");
        List<String> paths = new ArrayList<>();
        for (int i = 0; i < 20 * PICTURES; i++) {
            paths.add(photos.resolve("%02d.jpg".formatted(i % PICTURES)).toString());
        }
        Files.write(list, paths);
        return List.of(list.toString());
    }

    private static String[] command(List<String> inputs, Path out) {
        List<String> command = new ArrayList<>(List.of("embed"));
        command.addAll(inputs);
        command.addAll(List.of("--out", out.toString(), "--model", BUNDLE, "--shard-rows", "20", "--device", "cpu"));
        return command.toArray(String[]::new);
    }

    private static Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dunmask.natives=" + System.getProperty("unmask.natives"),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Unmask.class.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).start();
    }

    /// Until the process has completed a shard and is at work on the next.
    private static void awaitShard(Path out, Process process) throws IOException {
        Path account = out.resolve("_unmask/shards.jsonl");
        while (!Files.exists(account) || Files.readAllLines(account).isEmpty()) {
            if (!process.isAlive()) {
                try (BufferedReader err = process.errorReader()) {
                    throw new AssertionError("ended early: " + err.lines().toList());
                }
            }
            Thread.onSpinWait();
        }
    }

    private Run embed(String... options) {
        List<String> arguments =
                new ArrayList<>(List.of("embed", photos.toString(), "--out", out.toString(), "--model", BUNDLE));
        arguments.addAll(Arrays.asList(options));
        return run(arguments.toArray(String[]::new));
    }

    private static Run run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Unmask.run(
                Unmask.commandLine(arguments[0])
                        .setOut(new PrintWriter(out, true))
                        .setErr(new PrintWriter(err, true)),
                arguments);
        return new Run(code, out.toString(), err.toString());
    }

    private static JsonNode json(String text) throws IOException {
        return new JsonMapper().readTree(text);
    }

    private static List<JsonNode> rows(Path table) throws IOException {
        List<JsonNode> rows = new ArrayList<>();
        for (Path file : files(table).keySet().stream().map(table::resolve).toList()) {
            for (String line : Files.readAllLines(file)) {
                rows.add(json(line));
            }
        }
        return rows;
    }

    private static Map<Path, String> files(Path table) throws IOException {
        Map<Path, String> files = new TreeMap<>();
        try (Stream<Path> list = Files.list(table)) {
            for (Path file : list.filter(file -> file.getFileName().toString().startsWith("part-"))
                    .toList()) {
                files.put(file.getFileName(), new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
            }
        }
        return files;
    }

    private static List<String> pngs(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> folder.relativize(file).toString())
                    .toList();
        }
    }
}
