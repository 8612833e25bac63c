package dev.unmask.ort;

import ai.onnxruntime.OrtException;
import dev.unmask.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// One graph of a lane, bound bucket by bucket to the lane's buffers. Belongs to the lane's thread.
final class BoundGraph implements AutoCloseable {

    /// Captured buckets that are kept; beyond, the one that was not used for longest is forgotten.
    private static final int CAPTURED = 128;

    private final Graph graph;
    private final Bindings bindings;
    private final Buffers buffers;
    private final Arena scope = Arena.ofConfined();
    private final MemorySegment session;
    private final MemorySegment memory;
    private final MemorySegment ordinary; // options of a run that is not to be captured
    private final MemorySegment shrinking; // options of a run that frees what it leaves unused
    private final boolean keeps; // the number of kept patches matters to it
    private final Map<Bucket, Binding> bound = new HashMap<>();
    private final LinkedHashMap<Bucket, Binding> captured = new LinkedHashMap<>(16, 0.75f, true); // by last use

    /// The graph over the buffers of one bucket, and how it is run.
    private static final class Binding {
        private final MemorySegment ports;
        private final int number;
        private final MemorySegment capturing; // options
        private boolean hopeless;

        private Binding(MemorySegment ports, int number, MemorySegment capturing) {
            this.ports = ports;
            this.number = number;
            this.capturing = capturing;
        }
    }

    BoundGraph(Graph graph, NativeApi api, Buffers buffers, Device device) throws OrtException {
        this.graph = graph;
        this.bindings = new Bindings(api);
        this.buffers = buffers;
        this.session = api.pointer(graph.session());
        this.memory = api.memory(scope, device);
        this.ordinary = options(-1);
        this.shrinking = bindings.options(
                scope, Map.of("gpu_graph_id", "-1", "memory.enable_memory_arena_shrinkage", arena(device)));
        this.keeps = List.of(inputs(), outputs()).stream()
                .flatMap(List::stream)
                .anyMatch(port -> port.shape().stream().anyMatch(side -> side.endsWith("keep")));
    }

    Graph graph() {
        return graph;
    }

    List<Manifest.Port> inputs() {
        return graph.description().inputs();
    }

    List<Manifest.Port> outputs() {
        return graph.description().outputs();
    }

    /// Binds the buffers of a bucket, if they are not yet.
    void bind(Bucket bucket) throws OrtException {
        Bucket own = own(bucket);
        if (!bound.containsKey(own)) {
            int number = bound.size() + 1; // 0 is ONNX Runtime's own
            MemorySegment ports = bindings.bind(scope, graph.session(), values(inputs(), own), values(outputs(), own));
            bound.put(own, new Binding(ports, number, options(number)));
        }
    }

    /// Asks the device to run a bound bucket: replayed if it was captured.
    void run(Bucket bucket) throws OrtException {
        Bucket own = own(bucket);
        Binding replayed = captured.get(own);
        Binding binding = replayed != null ? replayed : binding(own);
        bindings.run(session, replayed != null ? binding.capturing : ordinary, binding.ports);
    }

    /// Runs the smallest bucket, and gives back the memory between operators that larger ones had needed.
    void shrink() throws OrtException {
        Bucket smallest = own(new Bucket(1, 1));
        bind(smallest);
        bindings.run(session, shrinking, binding(smallest).ports);
    }

    /// Whether it makes sense to capture a bound bucket.
    boolean isCapturable(Bucket bucket) {
        Bucket own = own(bucket);
        return !captured.containsKey(own)
                && !binding(own).hopeless
                && (captured.size() < CAPTURED || bindings.releasesGraphs());
    }

    /// Captures a bound bucket, in the course of which it is run a few times. When that fails it is not tried again.
    void capture(Bucket bucket, LaneMemory lane) throws OrtException {
        Bucket own = own(bucket);
        Binding binding = binding(own);
        binding.hopeless = true;
        if (captured.size() == CAPTURED) {
            Map.Entry<Bucket, Binding> oldest = captured.firstEntry();
            captured.remove(oldest.getKey());
            bindings.release(session, oldest.getValue().number);
        }
        bindings.run(session, binding.capturing, binding.ports);
        lane.await();
        binding.hopeless = false;
        captured.put(own, binding);
    }

    int captures() {
        return captured.size();
    }

    /// Frees it; nothing of the lane may be running on the device.
    @Override
    public void close() {
        scope.close();
        graph.close();
    }

    private Binding binding(Bucket own) {
        Binding binding = bound.get(own);
        if (binding == null) {
            throw new IllegalStateException("bucket " + own + " is not bound");
        }
        return binding;
    }

    /// One bucket for all numbers of kept patches where they do not matter.
    private Bucket own(Bucket bucket) {
        return keeps ? bucket : new Bucket(bucket.rows(), 1);
    }

    private Map<String, MemorySegment> values(List<Manifest.Port> ports, Bucket bucket) throws OrtException {
        Map<String, MemorySegment> values = new LinkedHashMap<>();
        for (Manifest.Port port : ports) {
            Tensor.Type type = port.elements();
            MemorySegment data = buffers.device(port, bucket);
            values.put(
                    port.name(), bindings.value(scope, memory, data, type, port.shape(bucket.rows(), bucket.keep())));
        }
        return values;
    }

    private static String arena(Device device) {
        return device instanceof Device.Gpu card ? "gpu:" + card.index() : "cpu:0";
    }

    private MemorySegment options(int number) throws OrtException {
        return bindings.options(
                scope,
                Map.of("gpu_graph_id", Integer.toString(number), "disable_synchronize_execution_providers", "1"));
    }
}
