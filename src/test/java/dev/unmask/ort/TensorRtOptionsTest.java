package dev.unmask.ort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The text that ONNX Runtime is given; whether TensorRT likes it, only a card can tell.
class TensorRtOptionsTest {

    private static final Bundle BUNDLE = Bundle.open(Path.of("onnx/mae-tiny"));

    @Test
    void aGraphForTensorRtSaysTheSizesThatOneEngineIsFor() {
        assertThat(options("encoder", "uint8-trt"))
                .containsExactly(
                        Map.entry("trt_fp16_enable", "1"),
                        Map.entry("trt_layer_norm_fp32_fallback", "1"),
                        Map.entry("trt_profile_min_shapes", "pixels:1x224x224x3,ids_keep:1x1"),
                        Map.entry("trt_profile_opt_shapes", "pixels:32x224x224x3,ids_keep:32x49"),
                        Map.entry("trt_profile_max_shapes", "pixels:256x224x224x3,ids_keep:256x196"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "encoder|trt|pixels:256x3x224x224,ids_keep:256x196",
                "decoder|trt|latent:256x197x192,ids_restore:256x196"
            })
    void everyInputHasAShape(String graph, String variant, String largest) {
        assertThat(options(graph, variant)).containsEntry("trt_profile_max_shapes", largest);
    }

    @ParameterizedTest
    @CsvSource({"encoder, fp32", "encoder, uint8", "decoder, fp32", "judge, uint8"})
    void anyOtherGraphStaysInFloat32(String graph, String variant) {
        assertThat(options(graph, variant)).isEmpty();
    }

    @Test
    void moreRowsThanAnEngineTakesAreRefused() {
        Manifest.Graph graph = BUNDLE.graph("encoder", "trt").getValue();
        assertThat(TensorRtOptions.of(graph, 256)).isNotEmpty();
        assertThatThrownBy(() -> TensorRtOptions.of(graph, 257))
                .hasMessage("max rows 257 are more than the 256 for which encoder.trt is made on TensorRT");
    }

    private static Map<String, String> options(String graph, String variant) {
        return TensorRtOptions.of(BUNDLE.graph(graph, variant).getValue(), 32);
    }
}
