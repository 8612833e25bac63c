package dev.unmask.ort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unmask.Fault;
import dev.unmask.Output;
import dev.unmask.UnmaskException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BundleTest {

    @TempDir
    Path folder;

    @BeforeEach
    void copyABundle() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("src/test/resources/bundles/visualize"))) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }
    }

    @Test
    void knowsItself() {
        var card = Bundle.open(folder).card();
        assertThat(card.name()).isEqualTo("visualize");
        assertThat(card.flavour()).isEqualTo("visualize");
        assertThat(card.outputs())
                .containsExactlyInAnyOrder(
                        Output.LATENT, Output.CLS, Output.MEAN, Output.PATCHES, Output.IMAGE, Output.PATCH_ERROR);
        assertThat(card.digest()).hasSize(64);
    }

    @Test
    void refusesATamperedGraph() throws IOException {
        byte[] graph = Files.readAllBytes(folder.resolve("encoder.onnx"));
        graph[graph.length / 2] ^= 1;
        Files.write(folder.resolve("encoder.onnx"), graph);
        Bundle bundle = Bundle.open(folder);
        assertThatThrownBy(() -> Graph.open(bundle, "encoder", "fp32", Setup.of(new Device.Cpu(1))))
                .isInstanceOf(UnmaskException.class)
                .hasMessageContaining("encoder.onnx is not the file the manifest names");
    }

    @Test
    void refusesTamperedWeights() throws IOException {
        byte[] weights = Files.readAllBytes(folder.resolve("weights.data"));
        weights[0] ^= 1;
        Files.write(folder.resolve("weights.data"), weights);
        Bundle bundle = Bundle.open(folder);
        assertThatThrownBy(() -> Graph.open(bundle, "encoder", "fp32", Setup.of(new Device.Cpu(1))))
                .hasMessageContaining("weights.data is not the file the manifest names");
    }

    @Test
    void refusesMissingWeights() throws IOException {
        Files.delete(folder.resolve("weights.data"));
        Bundle bundle = Bundle.open(folder);
        assertThatThrownBy(() -> Graph.open(bundle, "encoder", "fp32", Setup.of(new Device.Cpu(1))))
                .hasMessageContaining("weights.data is missing from the bundle");
    }

    @Test
    void refusesAnotherFormat() throws IOException {
        rewrite("\"format\": 1", "\"format\": 2");
        assertThatThrownBy(() -> Bundle.open(folder))
                .isInstanceOfSatisfying(
                        UnmaskException.class,
                        refusal -> assertThat(refusal.fault()).isEqualTo(Fault.UNSUPPORTED))
                .hasMessageContaining("bundle format 2; this build reads format 1");
    }

    @Test
    void refusesAManifestThatLacksSomething() throws IOException {
        rewrite("\"preprocess\"", "\"something\"");
        assertThatThrownBy(() -> Bundle.open(folder)).hasMessageContaining("it lacks \"preprocess\"");
    }

    @Test
    void refusesAManifestThatIsNoJson() throws IOException {
        rewrite("\"format\": 1,", "\"format\": 1");
        assertThatThrownBy(() -> Bundle.open(folder)).hasMessageContaining("model.json is not JSON");
    }

    @Test
    void refusesFileNamesThatLeaveTheFolder() throws IOException {
        rewrite("\"encoder.onnx\"", "\"../encoder.onnx\"");
        assertThatThrownBy(() -> Bundle.open(folder)).hasMessageContaining("\"../encoder.onnx\"");
    }

    @Test
    void refusesFoldersThatAreNoBundles() throws IOException {
        Path empty = Files.createDirectory(folder.resolve("empty"));
        assertThatThrownBy(() -> Bundle.open(empty)).hasMessageContaining("it holds no model.json");
        assertThatThrownBy(() -> Bundle.open(folder.resolve("nowhere")))
                .hasMessageContaining("there is no model bundle at");
    }

    @Test
    void refusesAVariantThatIsNotThere() {
        Bundle bundle = Bundle.open(folder);
        assertThatThrownBy(() -> Graph.open(bundle, "encoder", "int8", Setup.of(new Device.Cpu(1))))
                .hasMessage("visualize has no int8 variant of its encoder");
    }

    private void rewrite(String from, String to) throws IOException {
        Path manifest = folder.resolve("model.json");
        String text = Files.readString(manifest);
        assertThat(text).contains(from);
        Files.writeString(manifest, text.replace(from, to));
    }
}
