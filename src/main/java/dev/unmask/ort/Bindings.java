package dev.unmask.ort;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.unmask.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Map;

/// Sessions run over memory that is bound to them: what the C interface calls an IoBinding.
@SuppressWarnings("restricted") // native calls are what it is for
final class Bindings {

    private static final int CREATE_RUN_OPTIONS = 39;
    private static final int CREATE_TENSOR_WITH_DATA = 49;
    private static final int RELEASE_VALUE = 96;
    private static final int RELEASE_RUN_OPTIONS = 97;
    private static final int RUN_WITH_BINDING = 133;
    private static final int CREATE_IO_BINDING = 134;
    private static final int RELEASE_IO_BINDING = 135;
    private static final int BIND_INPUT = 136;
    private static final int BIND_OUTPUT = 137;
    private static final int ADD_RUN_CONFIG_ENTRY = 165;
    private static final int SESSION_RELEASE_CAPTURED_GRAPH = 421;

    /// Any function of three pointers that answers a status.
    private static final MethodHandle OF_THREE =
            Linker.nativeLinker().downcallHandle(FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS, ADDRESS));

    private final NativeApi api;
    private final MemorySegment run;

    Bindings(NativeApi api) {
        this.api = api;
        this.run = api.function(RUN_WITH_BINDING);
    }

    /// A tensor that is the given memory, which must live as long as the scope.
    ///
    /// @param memory of which device, as [NativeApi#memory] tells it
    MemorySegment value(Arena scope, MemorySegment memory, MemorySegment data, Tensor.Type type, long[] shape)
            throws OrtException {
        MemorySegment sides = scope.allocateFrom(JAVA_LONG, shape);
        MemorySegment made = api.make(
                scope,
                CREATE_TENSOR_WITH_DATA,
                memory,
                data,
                data.byteSize(),
                sides,
                (long) shape.length,
                elementType(type));
        return api.released(scope, RELEASE_VALUE, made);
    }

    /// Inputs and outputs of a session, each bound to a value by its name.
    MemorySegment bind(
            Arena scope, OrtSession session, Map<String, MemorySegment> inputs, Map<String, MemorySegment> outputs)
            throws OrtException {
        MemorySegment made = api.make(scope, CREATE_IO_BINDING, api.pointer(session));
        MemorySegment binding = api.released(scope, RELEASE_IO_BINDING, made);
        for (Map.Entry<String, MemorySegment> input : inputs.entrySet()) {
            api.call(BIND_INPUT, binding, scope.allocateFrom(input.getKey()), input.getValue());
        }
        for (Map.Entry<String, MemorySegment> output : outputs.entrySet()) {
            api.call(BIND_OUTPUT, binding, scope.allocateFrom(output.getKey()), output.getValue());
        }
        return binding;
    }

    /// Options of a run, by the names of its configuration.
    MemorySegment options(Arena scope, Map<String, String> entries) throws OrtException {
        MemorySegment options = api.released(scope, RELEASE_RUN_OPTIONS, api.make(scope, CREATE_RUN_OPTIONS));
        for (Map.Entry<String, String> entry : entries.entrySet()) {
            api.call(
                    ADD_RUN_CONFIG_ENTRY,
                    options,
                    scope.allocateFrom(entry.getKey()),
                    scope.allocateFrom(entry.getValue()));
        }
        return options;
    }

    /// Runs a session over what is bound.
    ///
    /// @param session as [NativeApi#pointer] tells it
    void run(MemorySegment session, MemorySegment options, MemorySegment binding) throws OrtException {
        MemorySegment status;
        try {
            status = (MemorySegment) OF_THREE.invokeExact(run, session, options, binding);
        } catch (Throwable e) {
            throw NativeApi.unreachable(e);
        }
        api.check(status);
    }

    /// Whether captured graphs can be forgotten one by one.
    boolean releasesGraphs() {
        return api.releasesGraphs();
    }

    /// Forgets a captured graph and frees what it held.
    void release(MemorySegment session, int graph) throws OrtException {
        api.call(SESSION_RELEASE_CAPTURED_GRAPH, session, graph);
    }

    private static int elementType(Tensor.Type type) {
        return switch (type) {
            case FLOAT32 -> 1;
            case UINT8 -> 2;
            case INT64 -> 7;
        };
    }
}
