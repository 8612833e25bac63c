package dev.unmask.ort;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

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
}
