package dev.unmask.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The jar as spark-submit runs it, in a process of its own.
@Timeout(120)
class SubmitTest {

    @TempDir
    Path temp;

    /// How a process ended, and all it said.
    private record Ended(int code, String text) {}

    @Test
    void anArchiveOfTheModelTravelsWithTheJobAndAPictureThatFailsIsToldInTheExitCode() throws Exception {
        Path folder = temp.resolve("photos");
        Photos.write(folder, 3);
        Files.writeString(folder.resolve("no.png"), "no picture");
        Ended ended = submit(
                "local-cluster[1,1,1024]",
                "embed",
                "--in",
                folder.toString(),
                "--model",
                zip(temp.resolve("tiny.zip")).toString(),
                "--out",
                out(),
                "--json");
        assertThat(ended.text())
                .contains("no.png: not a picture: ")
                .contains("unmask: 4 pictures, 1 with errors")
                .contains("{\"rows\":4,\"errors\":1,")
                .contains("\"model\":\"" + Photos.DIGEST + "\"");
        assertThat(ended.code()).isEqualTo(UnmaskSpark.SOME_FAILED);
    }

    @Test
    void theModelIsClosedWhenTheApplicationEnds() throws Exception {
        String photo = Photos.write(temp.resolve("photos"), 1).getFirst().toString();
        Ended ended = submit("local[1]", "embed", "--in", photo, "--model", Photos.MODEL.toString(), "--out", out());
        assertThat(ended.text())
                .contains("unmask: opened mae-tiny from " + Photos.MODEL)
                .contains("unmask: 1 pictures, 0 with errors")
                .contains("unmask: closed mae-tiny on auto");
        assertThat(ended.code()).isEqualTo(UnmaskSpark.DONE);
    }

    @Test
    void wrongUseIsTwoAndNoModelIsThree() throws Exception {
        Ended usage = submit("local[1]", "embed", "--in", "photos", "--out", out());
        assertThat(usage.text()).contains("unmask: missing required option: '--model=MODEL'");
        assertThat(usage.code()).isEqualTo(UnmaskSpark.USAGE);
        Ended none = submit("local[1]", "embed", "--in", temp.toString(), "--model", "/no/model", "--out", out());
        assertThat(none.text()).contains("unmask: there is no model bundle at /no/model");
        assertThat(none.code()).isEqualTo(UnmaskSpark.CANNOT_RUN);
    }

    private String out() {
        return temp.resolve("out").toString();
    }

    private Ended submit(String master, String... args) throws IOException, InterruptedException {
        Path log = temp.resolve("log");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + Path.of("java.options").toAbsolutePath(),
                "-Xmx1g",
                "-Dunmask.natives=" + System.getProperty("unmask.natives"),
                "-cp",
                System.getenv("SPARK_HOME") + "/jars/*",
                "org.apache.spark.deploy.SparkSubmit",
                "--master=" + master,
                "--conf=spark.ui.enabled=false",
                System.getProperty("unmask.spark")));
        command.addAll(List.of(args));
        Process process = new ProcessBuilder(command)
                .directory(temp.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (!process.waitFor(90, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        return new Ended(process.waitFor(), Files.readString(log, StandardCharsets.UTF_8));
    }

    /// The part of the bundle that embedding takes.
    private static Path zip(Path archive) throws IOException {
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(archive))) {
            zip.setLevel(0);
            for (String name : List.of("model.json", "encoder.uint8.onnx", "weights.data")) {
                zip.putNextEntry(new ZipEntry("bundle/" + name));
                Files.copy(Photos.MODEL.resolve(name), zip);
            }
        }
        return archive;
    }
}
