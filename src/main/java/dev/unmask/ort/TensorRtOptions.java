package dev.unmask.ort;

import dev.unmask.UnmaskException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// What ONNX Runtime's provider for TensorRT is told of a graph.
final class TensorRtOptions {

    private static final List<String> SIZES = List.of("min", "opt", "max"); // in the order of a profile

    private TensorRtOptions() {}

    /// A graph that was written for TensorRT computes in 16 bits, which TensorRT must be allowed, and says for which
    /// sizes one engine is to be made. For any other, engines of float32 are made for the sizes that come.
    ///
    /// @param maxRows of one run
    static Map<String, String> of(Manifest.Graph graph, int maxRows) {
        Map<String, String> options = new LinkedHashMap<>();
        if (graph.profiles().isEmpty()) {
            return options;
        }
        requireRoom(graph, maxRows);
        options.put("trt_fp16_enable", "1");
        options.put("trt_layer_norm_fp32_fallback", "1"); // statistics in float32, as the graph has them
        for (int size = 0; size < SIZES.size(); size++) {
            options.put("trt_profile_" + SIZES.get(size) + "_shapes", shapes(graph, size));
        }
        return options;
    }

    /// An engine takes no more than it was made for.
    private static void requireRoom(Manifest.Graph graph, int maxRows) {
        long most =
                graph.profiles().getOrDefault("batch", List.of((long) maxRows)).getLast();
        if (maxRows > most) {
            throw UnmaskException.invalid("max rows " + maxRows + " are more than the " + most + " for which "
                    + graph.graph() + "." + graph.variant() + " is made on TensorRT");
        }
    }

    /// `pixels:1x3x224x224,ids_keep:1x1`
    private static String shapes(Manifest.Graph graph, int size) {
        return graph.inputs().stream()
                .map(port -> port.name() + ":"
                        + port.shape().stream()
                                .map(side -> side(graph, side, size))
                                .collect(Collectors.joining("x")))
                .collect(Collectors.joining(","));
    }

    private static String side(Manifest.Graph graph, String side, int size) {
        List<Long> profile = graph.profiles().get(side);
        return profile == null ? side : profile.get(size).toString();
    }
}
