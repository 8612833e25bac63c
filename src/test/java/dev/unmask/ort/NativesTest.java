package dev.unmask.ort;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class NativesTest {

    @Test
    void librariesAreUnpackedOnceAndStay() throws IOException {
        Natives.environment();
        Path folder = Natives.folder();
        assertThat(folder).startsWith(Path.of(System.getProperty("unmask.natives")));
        assertThat(folder.resolve(System.mapLibraryName("onnxruntime"))).isRegularFile();
        assertThat(folder.resolve(System.mapLibraryName("onnxruntime4j_jni"))).isRegularFile();
        assertThat(System.getProperty("onnxruntime.native.path")).isEqualTo(folder.toString());
        try (Stream<Path> left = Files.list(folder.getParent())) {
            assertThat(left).noneMatch(path -> path.getFileName().toString().startsWith(".partial-"));
        }
    }

    @Test
    @Timeout(120)
    void theEnvironmentOutlivesEverySession(@TempDir Path scratch) throws Exception {
        for (int round = 0; round < 3; round++) {
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "--enable-native-access=ALL-UNNAMED",
                            "-XX:ErrorFile=" + scratch.resolve("crash.log"),
                            "-Dunmask.natives=" + System.getProperty("unmask.natives"),
                            "-cp",
                            System.getProperty("java.class.path"),
                            HastyEnd.class.getName(),
                            Path.of("src/test/resources/bundles/visualize")
                                    .toAbsolutePath()
                                    .toString())
                    .directory(scratch.toFile())
                    .redirectErrorStream(true)
                    .start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(said).isEmpty();
            assertThat(process.waitFor()).isZero();
        }
    }
}
