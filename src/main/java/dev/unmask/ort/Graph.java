package dev.unmask.ort;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.providers.OrtCUDAProviderOptions;
import dev.unmask.Fault;
import dev.unmask.Tensor;
import dev.unmask.UnmaskException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// One ONNX graph in a session. Inputs and outputs are the caller's memory: nothing is copied on the CPU.
///
/// [#run] is safe for many threads; [#close] must not overlap with it, which [OrtModel] sees to.
final class Graph implements AutoCloseable {

    private final String name;
    private final Manifest.Graph description;
    private final Device device;
    private final OrtEnvironment environment;
    private final OrtSession session;

    private Graph(
            String name, Manifest.Graph description, Device device, OrtEnvironment environment, OrtSession session) {
        this.name = name;
        this.description = description;
        this.device = device;
        this.environment = environment;
        this.session = session;
    }

    /// Loads a graph of a bundle, after the digests of the graph and of its weights were checked.
    static Graph open(Bundle bundle, String graph, String variant, Device device) {
        Map.Entry<String, Manifest.Graph> entry = bundle.graph(graph, variant);
        Path file = bundle.checked(entry.getKey());
        entry.getValue().data().forEach(bundle::checked);
        OrtEnvironment environment = Natives.environment();
        try (SessionOptions options = new SessionOptions()) {
            choose(device, options);
            OrtSession session = environment.createSession(file.toString(), options);
            return new Graph(entry.getKey(), entry.getValue(), device, environment, session);
        } catch (OrtException e) {
            throw new UnmaskException(
                    Fault.UNAVAILABLE, "cannot load " + file + " on " + device.text() + ": " + e.getMessage(), e);
        }
    }

    /// Runs the graph and answers the wanted outputs, whose sizes follow from the manifest.
    Map<String, Tensor> run(Map<String, Tensor> inputs, Set<String> wanted, int batch, int keep) {
        Map<String, Tensor> outputs = new HashMap<>();
        for (Manifest.Port port : description.outputs()) {
            if (wanted.contains(port.name())) {
                outputs.put(port.name(), Tensor.allocate(type(port.type()), shape(port.shape(), batch, keep)));
            }
        }
        Map<String, OnnxTensor> feeds = new HashMap<>();
        Map<String, OnnxTensor> fetches = new HashMap<>();
        try {
            wrap(inputs, feeds);
            wrap(outputs, fetches);
            session.run(feeds, fetches).close();
        } catch (OrtException e) {
            throw new UnmaskException(Fault.INTERNAL, name + " failed: " + e.getMessage(), e);
        } finally {
            feeds.values().forEach(OnnxTensor::close);
            fetches.values().forEach(OnnxTensor::close);
        }
        return outputs;
    }

    /// What its arena holds; empty where that cannot be told. Safe beside [#run], not beside [#close].
    Optional<ArenaUse> arena() {
        return Natives.api().flatMap(api -> {
            try {
                return Optional.of(api.arena(session, device));
            } catch (OrtException _) {
                return Optional.empty(); // a device without an arena
            }
        });
    }

    /// Of its device, against golden.
    double tolerance() {
        Double tolerance = description.tolerance().get(device.kind());
        if (tolerance == null) {
            throw new UnmaskException(Fault.UNAVAILABLE, name + " states no tolerance for " + device.kind());
        }
        return tolerance;
    }

    @Override
    public void close() {
        try {
            session.close();
        } catch (OrtException e) {
            throw new UnmaskException(Fault.INTERNAL, "cannot close " + name, e);
        }
    }

    private void wrap(Map<String, Tensor> tensors, Map<String, OnnxTensor> wrapped) throws OrtException {
        for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
            Tensor tensor = entry.getValue();
            OnnxJavaType type = switch (tensor.type()) {
                case FLOAT32 -> OnnxJavaType.FLOAT;
                case UINT8 -> OnnxJavaType.UINT8;
                case INT64 -> OnnxJavaType.INT64;
            };
            wrapped.put(entry.getKey(), OnnxTensor.createTensor(environment, tensor.bytes(), tensor.shape(), type));
        }
    }

    private static void choose(Device device, SessionOptions options) throws OrtException {
        options.addConfigEntry("session.intra_op.allow_spinning", "0"); // who waits for a core must not keep one busy
        switch (device) {
            case Device.Cpu(int threads) -> options.setIntraOpNumThreads(threads);
            case Device.Cuda(int index) -> {
                try (OrtCUDAProviderOptions cuda = new OrtCUDAProviderOptions(index)) {
                    cuda.add("use_tf32", "0"); // float32 means float32: the tolerances count on it
                    options.addCUDA(cuda);
                }
            }
        }
    }

    private static Tensor.Type type(String type) {
        return switch (type) {
            case "float32" -> Tensor.Type.FLOAT32;
            case "uint8" -> Tensor.Type.UINT8;
            case "int64" -> Tensor.Type.INT64;
            default -> throw new UnmaskException(Fault.UNSUPPORTED, "tensors of type " + type + " are not known");
        };
    }

    private static long[] shape(List<String> sides, int batch, int keep) {
        return sides.stream()
                .mapToLong(side -> switch (side) {
                    case "batch" -> batch;
                    case "keep" -> keep;
                    case "1+keep" -> 1L + keep;
                    default -> Long.parseLong(side);
                })
                .toArray();
    }
}
