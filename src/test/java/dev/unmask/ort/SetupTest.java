package dev.unmask.ort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unmask.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a lane's choices come to on a device.
class SetupTest {

    private static final Bundle EVERY_PRECISION = Bundle.open(Path.of("src/test/resources/bundles/visualize"));

    @ParameterizedTest
    @CsvSource({"cpu, plain, fp32", "cuda:0, graph, fp16", "tensorrt:0, plain, fp16"})
    void whatIsLeftOpenIsWhatFitsTheDevice(String device, String execution, String precision) {
        Setup setup = Setup.of(Device.parse(device)).resolve(EVERY_PRECISION);
        assertThat(setup.execution().text()).isEqualTo(execution);
        assertThat(setup.precision().text()).isEqualTo(precision);
    }

    @Test
    void aCardTakesFloat32WhereABundleHasNothingElse(@TempDir Path folder) throws IOException {
        Bundle bundle = without("fp16", folder);
        Setup setup = Setup.of(new Device.Cuda(0)).resolve(bundle);
        assertThat(setup.precision()).isEqualTo(Precision.FP32);
        assertThat(setup.why()).isEqualTo("asked for; the bundle has no fp16 graphs");
        assertThat(Setup.of(new Device.TensorRt(0)).resolve(bundle).precision()).isEqualTo(Precision.FP16);
    }

    @Test
    void tensorRtTakesHalfPrecisionFromGraphsOfItsOwnAlone(@TempDir Path folder) throws IOException {
        Bundle bundle = without("trt", folder);
        Device device = new Device.TensorRt(1);
        Setup setup = Setup.of(device).resolve(bundle);
        assertThat(setup.precision()).isEqualTo(Precision.FP32);
        assertThat(setup.why()).isEqualTo("asked for; the bundle has no trt graphs");
        assertThatThrownBy(() -> Precision.FP16.resolve(bundle, device))
                .hasMessage("precision fp16 asked for, " + folder + " has fp32 for tensorrt:1");
        assertThatThrownBy(() -> Precision.BF16.resolve(EVERY_PRECISION, device))
                .hasMessageEndingWith("visualize has fp32, fp16 for tensorrt:1");
    }

    private static Bundle without(String variant, Path folder) throws IOException {
        String manifest = Files.readString(EVERY_PRECISION.folder().resolve(Bundle.MANIFEST));
        Files.writeString(folder.resolve(Bundle.MANIFEST), manifest.replace(variant + "\"", "odd\""));
        return Bundle.open(folder);
    }

    @Test
    void aPrecisionThatABundleDoesNotHaveIsRefusedWithThoseItHas() {
        Bundle bundle = Bundle.open(Path.of("src/test/resources/bundles/rectangular"));
        assertThatThrownBy(() -> Precision.BF16.resolve(bundle, new Device.Cuda(0)))
                .hasMessageStartingWith("precision bf16 asked for, ")
                .hasMessageEndingWith("rectangular has fp32, fp16");
    }

    @ParameterizedTest
    @CsvSource({
        "cpu, graph, execution graph takes a CUDA card; the device is cpu",
        "tensorrt:1, graph, execution graph takes a CUDA card; the device is tensorrt:1",
        "tensorrt:1, bound, 'execution bound takes a processor or a CUDA card; the device is tensorrt:1'"
    })
    void whatADeviceCannotDoIsRefused(String device, String execution, String message) {
        Setup setup = new Setup(Device.parse(device), Precision.AUTO, Execution.parse(execution), 1, 0, "asked for");
        assertThatThrownBy(() -> setup.resolve(EVERY_PRECISION)).hasMessage(message);
    }

    @ParameterizedTest
    @CsvSource({
        "cpu, encoder, UINT8, fp32, uint8",
        "cpu, encoder, FLOAT32, fp32, fp32",
        "cpu, decoder, UINT8, fp32, fp32",
        "cuda:0, encoder, UINT8, fp16, uint8-fp16",
        "cuda:0, encoder, FLOAT32, fp16, fp16",
        "cuda:0, decoder, UINT8, fp16, fp16",
        "cuda:0, classifier, UINT8, bf16, uint8-bf16",
        "cuda:0, judge, UINT8, fp16, uint8",
        "cuda:0, judge, FLOAT32, bf16, fp32",
        "tensorrt:0, encoder, UINT8, fp16, uint8-trt",
        "tensorrt:0, encoder, FLOAT32, fp16, trt",
        "tensorrt:0, decoder, UINT8, fp16, trt",
        "tensorrt:0, judge, UINT8, fp16, uint8",
        "tensorrt:0, encoder, UINT8, fp32, uint8"
    })
    void aVariantFollowsFromTheDeviceThePixelsAndThePrecision(
            String device, String graph, Tensor.Type pixels, String precision, String variant) {
        Setup setup = new Setup(Device.parse(device), Precision.parse(precision), Execution.AUTO, 1, 0, "asked for");
        Setup resolved = setup.resolve(EVERY_PRECISION);
        assertThat(resolved.precision().text()).isEqualTo(precision);
        assertThat(resolved.variant(graph, pixels)).isEqualTo(variant);
    }

    @Test
    void wordsThatNameNothingAreRefused() {
        assertThatThrownBy(() -> Precision.parse("int4")).hasMessageContaining("'int4' is not auto, fp32");
        assertThatThrownBy(() -> Execution.parse("fast"))
                .hasMessage("execution 'fast' is not auto, plain, bound or graph");
    }

    @Test
    void figuresBelowTheirLimitsAreRefused() {
        Device cpu = new Device.Cpu(0);
        assertThatThrownBy(() -> new Setup(cpu, Precision.AUTO, Execution.AUTO, 0, 0, ""))
                .hasMessage("max rows 0 is less than 1");
        assertThatThrownBy(() -> new Setup(cpu, Precision.AUTO, Execution.AUTO, 1, -1, ""))
                .hasMessage("memory limit -1 is less than 0");
    }
}
