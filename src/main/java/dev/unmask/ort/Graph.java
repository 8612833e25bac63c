package dev.unmask.ort;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import dev.unmask.Fault;
import dev.unmask.Tensor;
import dev.unmask.UnmaskException;
import java.nio.file.Path;
import java.util.HashMap;
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
    static Graph open(Bundle bundle, String graph, String variant, Setup setup) {
        return open(bundle, graph, variant, setup, 0);
    }

    /// @param stream of the lane that will run it bound to memory; 0 where there is none
    static Graph open(Bundle bundle, String graph, String variant, Setup setup, long stream) {
        Device device = setup.device();
        Map.Entry<String, Manifest.Graph> entry = bundle.graph(graph, variant);
        Path file = bundle.checked(entry.getKey());
        entry.getValue().data().forEach(bundle::checked);
        OrtEnvironment environment = Natives.environment();
        try (SessionOptions options = new SessionOptions()) {
            Providers.choose(setup, entry.getValue(), stream, options);
            OrtSession session = environment.createSession(file.toString(), options);
            return new Graph(entry.getKey(), entry.getValue(), device, environment, session);
        } catch (OrtException e) {
            throw LoadFailure.of(file, setup, e);
        }
    }

    /// Runs the graph and answers the wanted outputs, whose sizes follow from the manifest.
    Map<String, Tensor> run(Map<String, Tensor> inputs, Set<String> wanted, int batch, int keep) {
        Map<String, Tensor> outputs = new HashMap<>();
        for (Manifest.Port port : description.outputs()) {
            if (wanted.contains(port.name())) {
                outputs.put(port.name(), Tensor.allocate(port.elements(), port.shape(batch, keep)));
            }
        }
        Map<String, OnnxTensor> feeds = new HashMap<>();
        Map<String, OnnxTensor> fetches = new HashMap<>();
        try {
            wrap(inputs, feeds);
            wrap(outputs, fetches);
            session.run(feeds, fetches).close();
        } catch (OrtException e) {
            throw failure(e);
        } finally {
            feeds.values().forEach(OnnxTensor::close);
            fetches.values().forEach(OnnxTensor::close);
        }
        return outputs;
    }

    private UnmaskException failure(OrtException cause) {
        return switch (device) {
            case Device.Cpu _ -> new UnmaskException(Fault.INTERNAL, name + " failed: " + cause.getMessage(), cause);
            case Device.Gpu card -> CudaMemory.failure(Cuda.runtime(), card, name, cause);
        };
    }

    /// The manifest's words for it.
    Manifest.Graph description() {
        return description;
    }

    OrtSession session() {
        return session;
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
    Limits limits() {
        Double tolerance = description.tolerance().get(device.kind());
        if (tolerance == null) {
            throw new UnmaskException(Fault.UNAVAILABLE, name + " states no tolerance for " + device.kind());
        }
        return new Limits(tolerance, description.cosine(), description.levels());
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
}
