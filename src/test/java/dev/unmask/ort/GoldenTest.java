package dev.unmask.ort;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unmask.Output;
import dev.unmask.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// PyTorch wrote the answers; the graphs, and what Java computes around them, must still give them.
class GoldenTest {

    private static final Path FIXTURES = Path.of("src/test/resources/bundles");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "onnx/mae-tiny",
                "src/test/resources/bundles/visualize",
                "src/test/resources/bundles/full",
                "src/test/resources/bundles/encoder",
                "src/test/resources/bundles/classifier-mean",
                "src/test/resources/bundles/classifier-cls",
                "src/test/resources/bundles/rectangular"
            })
    void agreesWithPyTorchAtEveryStage(String folder) {
        List<Check> checks = verify(Path.of(folder));
        assertThat(checks)
                .filteredOn(Check::compared)
                .isNotEmpty()
                .allSatisfy(check -> assertThat(check.max()).as(check.name()).isLessThanOrEqualTo(check.tolerance()));
    }

    @Test
    void comparesEveryStageThatTheGraphsExpose() {
        Set<String> compared = verify(FIXTURES.resolve("visualize")).stream()
                .filter(Check::compared)
                .map(check -> check.name().replaceFirst("^[^.]*\\.", ""))
                .collect(Collectors.toSet());
        assertThat(compared)
                .containsExactlyInAnyOrder(
                        "pixels",
                        "mask",
                        "ids_keep",
                        "ids_restore",
                        "latent",
                        "cls",
                        "mean",
                        "patches",
                        "image",
                        "patch_error",
                        "loss",
                        "loss_normalized");
        assertThat(verify(FIXTURES.resolve("visualize")))
                .anyMatch(check -> check.name().equals("batch3 latent.patches"))
                .anyMatch(check -> check.name().equals("batch3 latent.image"))
                .anyMatch(check -> check.name().equals("batch3 uint8.patch_error"))
                .anyMatch(check -> check.name().equals("batch3 host.patch_error"));
        assertThat(verify(FIXTURES.resolve("full")))
                .anyMatch(check -> check.name().equals("batch3 uint8.patch_error_normalized"));
        assertThat(verify(FIXTURES.resolve("classifier-mean")))
                .anyMatch(check -> check.name().equals("unmasked.logits"))
                .anyMatch(check -> check.name().equals("unmasked uint8.logits"));
    }

    @Test
    void aWrongNumberIsOut() {
        double[] expected = {1, 2, 3};
        Limits limits = new Limits(1e-4, 0.9999, 2);
        assertThat(Check.compare("x", new double[] {1, 2, 3.001}, expected, limits)
                        .passed())
                .isFalse();
        assertThat(Check.compare("x", new double[] {1, 2, Double.NaN}, expected, limits)
                        .passed())
                .isFalse();
        assertThat(Check.compare("x", new double[] {1, 2, 3.0001}, expected, limits)
                        .passed())
                .isTrue();
        assertThat(Check.compareLevels("x", new double[] {201, 202, 205}, new double[] {200, 200, 202}, limits)
                        .passed())
                .isFalse();
        assertThat(Check.compareLevels("x", new double[] {201, 202, 204}, new double[] {200, 200, 202}, limits)
                        .passed())
                .isTrue();
        assertThat(Check.doubles(Tensor.of(new byte[] {-1}, 1))).containsExactly(255);
    }

    @Test
    void aNumberWithinAWideToleranceIsOutIfTheTensorIsTurned() {
        double[] expected = {1, 2, 3};
        Limits wide = new Limits(10, 0.9999, 0);
        assertThat(Check.compare("x", new double[] {-1, 2, 3}, expected, wide).passed())
                .isFalse();
        assertThat(Check.compare("x", new double[] {1.01, 2.02, 3.03}, expected, wide)
                        .passed())
                .isTrue();
        assertThat(Check.compare("x", new double[3], new double[3], wide).cosine())
                .isEqualTo(1);
    }

    @Test
    void aBundleStatesHowFarEachPrecisionMayBe() {
        Bundle bundle = Bundle.open(Path.of("onnx/mae-tiny"));
        try (OrtModel model = OrtModel.open(bundle, new Device.Cpu(0))) {
            assertThat(model.limits(Output.LATENT, Tensor.Type.UINT8)).isEqualTo(new Limits(1e-4, 0.9999, 1));
        }
        assertThat(bundle.graph("decoder", "bf16").getValue().cosine()).isEqualTo(0.999);
        assertThat(bundle.graph("decoder", "fp16").getValue().levels()).isEqualTo(2);
    }

    private static List<Check> verify(Path folder) {
        Bundle bundle = Bundle.open(folder);
        try (OrtModel model = OrtModel.open(bundle, new Device.Cpu(0))) {
            return Verification.of(bundle, model);
        }
    }
}
