package dev.unmask.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelFilesTest {

    /// Executors run in folders of their own.
    @ParameterizedTest
    @ValueSource(strings = {"../onnx/mae-tiny", "./../onnx/mae-tiny"})
    void aPathIsMeantFromWhereTheDriverRuns(String model) {
        ModelSpec settled = ModelFiles.settle(ModelSpec.of(model));
        assertThat(Path.of(settled.model())).isAbsolute().isEqualTo(Photos.MODEL);
        assertThat(settled.digest()).isEqualTo(Photos.DIGEST);
    }

    @Test
    void aNameAloneMayBeOneOfTheJobsFiles() {
        ModelSpec name = ModelSpec.of("src").at("src", "0".repeat(64));
        assertThat(ModelFiles.settle(name)).isEqualTo(name);
    }
}
