package dev.unmask.ort;

import static java.lang.foreign.ValueLayout.ADDRESS;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/// What ONNX Runtime is told of the device that a session shall use.
///
/// Providers are appended through the C interface: the binding that is published for processors refuses them, although
/// the library beneath it has them.
final class Providers {

    /// A provider by its functions in the table of [NativeApi].
    private enum Provider {
        CUDA(205, 206, 208, 204),
        TENSORRT(171, 172, 174, 170);

        private final int create;
        private final int update;
        private final int release;
        private final int append;

        Provider(int create, int update, int release, int append) {
            this.create = create;
            this.update = update;
            this.release = release;
            this.append = append;
        }
    }

    private Providers() {}

    /// @param stream of the lane that will run it bound to memory; 0 where there is none
    static void choose(Setup setup, Manifest.Graph graph, long stream, SessionOptions options) throws OrtException {
        options.addConfigEntry("session.intra_op.allow_spinning", "0"); // who waits for a core must not keep one busy
        switch (setup.device()) {
            case Device.Cpu(int threads) -> options.setIntraOpNumThreads(threads);
            case Device.Gpu card -> {
                options.addConfigEntry("session.use_device_allocator_for_initializers", "1"); // not in the arena
                append(options, card, TensorRtOptions.of(graph, setup.maxRows()), cuda(setup, stream));
            }
        }
    }

    /// Appends the providers of a card, which loads their libraries.
    ///
    /// @param tensorRt further options of the one for TensorRT
    /// @param cuda further options of the one for CUDA
    static void append(SessionOptions options, Device.Gpu card, Map<String, String> tensorRt, Map<String, String> cuda)
            throws OrtException {
        NativeApi api = Natives.api(card.text());
        if (card instanceof Device.TensorRt) {
            append(api, options, Provider.TENSORRT, on(card, tensorRt)); // which leaves what it cannot do to CUDA
        }
        append(api, options, Provider.CUDA, on(card, cuda));
    }

    private static Map<String, String> on(Device.Gpu card, Map<String, String> options) {
        Map<String, String> all = new LinkedHashMap<>(options);
        all.put("device_id", Integer.toString(card.index()));
        return all;
    }

    private static void append(NativeApi api, SessionOptions options, Provider provider, Map<String, String> entries)
            throws OrtException {
        try (Arena scope = Arena.ofConfined()) {
            MemorySegment made = api.released(scope, provider.release, api.make(scope, provider.create));
            MemorySegment keys = strings(scope, entries.keySet());
            MemorySegment values = strings(scope, entries.values());
            api.call(provider.update, made, keys, values, (long) entries.size());
            api.call(provider.append, api.pointer(options), made);
        }
    }

    private static MemorySegment strings(Arena scope, Collection<String> texts) {
        MemorySegment pointers = scope.allocate(ADDRESS, texts.size());
        int place = 0;
        for (String text : texts) {
            pointers.setAtIndex(ADDRESS, place++, scope.allocateFrom(text));
        }
        return pointers;
    }

    private static Map<String, String> cuda(Setup setup, long stream) {
        Map<String, String> cuda = new LinkedHashMap<>();
        cuda.put("use_tf32", "0"); // float32 means float32: the tolerances count on it
        cuda.put("enable_skip_layer_norm_strict_mode", "1"); // statistics in float32, whatever the numbers
        cuda.put("arena_extend_strategy", "kSameAsRequested"); // not by powers of two
        if (setup.memoryLimit() > 0) {
            cuda.put("gpu_mem_limit", Long.toString(setup.memoryLimit()));
        }
        if (stream != 0) {
            cuda.put("has_user_compute_stream", "1");
            cuda.put("user_compute_stream", Long.toUnsignedString(stream));
            // also where none will be captured: a session is then refused if it would compute on the processor
            cuda.put("enable_cuda_graph", "1");
        }
        return cuda;
    }
}
