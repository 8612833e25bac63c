package dev.unmask.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The lines of the READMEs do what they say.
class ReadmeTest {

    @TempDir
    Path folder;

    @Test
    void theLibraryExampleCompilesAndRuns() throws IOException, InterruptedException {
        Matcher example = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(text("clients/README.md"));
        assertThat(example.find()).isTrue();
        Files.writeString(folder.resolve("Example.java"), example.group(1));
        for (String needed : new String[] {"onnx", "photos"}) {
            Files.createSymbolicLink(folder.resolve(needed), Path.of(needed).toAbsolutePath());
        }
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-Dunmask.natives=" + System.getProperty("unmask.natives"),
                        "--class-path",
                        System.getProperty("java.class.path"),
                        "Example.java")
                .directory(folder.toFile())
                .redirectErrorStream(true);
        builder.environment().put("HOME", folder.toString());
        builder.environment().keySet().removeAll(List.of("ORT_DISABLE_TELEMETRY", "XDG_CACHE_HOME"));
        Process java = builder.start();
        String output = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(java.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(output).startsWith("float32[192], loss 0.18");
        assertThat(java.exitValue()).isZero();
        assertThat(Files.readAllBytes(folder.resolve("filled.png"))).startsWith(0x89, 'P', 'N', 'G');
        assertThat(folder.resolve(".cache"))
                .as("what ONNX Runtime's telemetry leaves")
                .doesNotExist();
    }

    @Test
    void fitsTwoHundredLines() throws IOException {
        assertThat(text("README.md").lines()).hasSizeLessThanOrEqualTo(200);
    }

    private static String text(String file) throws IOException {
        return Files.readString(Path.of(file));
    }
}
