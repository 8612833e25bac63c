package dev.unmask.ort;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Method;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// A CUDA runtime without a card: main memory, everything done at once, errors as told. Its functions are called by
/// native code, as those of the true one are.
@SuppressWarnings({"restricted", "unused", "EffectivelyPrivate"}) // functions are looked up by their names
final class FakeCuda implements SymbolLookup, AutoCloseable {

    final List<String> called = new ArrayList<>();
    final Set<Long> taken = new HashSet<>(); // addresses of memory, streams and events
    final Map<String, Deque<Integer>> failures = new HashMap<>();
    long free = 1 << 30;

    private final Arena arena = Arena.ofShared();

    /// Lets the next calls of a function fail.
    void fail(String function, Integer... codes) {
        failures.put(function, new ArrayDeque<>(List.of(codes)));
    }

    @Override
    public Optional<MemorySegment> find(String name) {
        return Arrays.stream(FakeCuda.class.getDeclaredMethods())
                .filter(method -> method.getName().equals(name))
                .findFirst()
                .map(this::stub);
    }

    int cudaSetDevice(int index) {
        return told("cudaSetDevice");
    }

    int cudaThreadExchangeStreamCaptureMode(MemorySegment mode) {
        return told("cudaThreadExchangeStreamCaptureMode");
    }

    int cudaMalloc(MemorySegment made, long bytes) {
        return make("cudaMalloc", made, bytes);
    }

    int cudaFree(MemorySegment device) {
        return release("cudaFree", device);
    }

    int cudaHostAlloc(MemorySegment made, long bytes, int flags) {
        return make("cudaHostAlloc", made, bytes);
    }

    int cudaFreeHost(MemorySegment host) {
        return release("cudaFreeHost", host);
    }

    int cudaStreamCreateWithFlags(MemorySegment made, int flags) {
        return make("cudaStreamCreateWithFlags", made, 1);
    }

    int cudaStreamDestroy(MemorySegment stream) {
        return release("cudaStreamDestroy", stream);
    }

    int cudaStreamSynchronize(MemorySegment stream) {
        return told("cudaStreamSynchronize");
    }

    int cudaStreamEndCapture(MemorySegment stream, MemorySegment graph) {
        return make("cudaStreamEndCapture", graph, 1);
    }

    int cudaGraphDestroy(MemorySegment graph) {
        return release("cudaGraphDestroy", graph);
    }

    int cudaMemcpyAsync(MemorySegment to, MemorySegment from, long bytes, int direction, MemorySegment stream) {
        to.reinterpret(bytes).copyFrom(from.reinterpret(bytes));
        return told("cudaMemcpyAsync");
    }

    int cudaMemsetAsync(MemorySegment to, int value, long bytes, MemorySegment stream) {
        to.reinterpret(bytes).fill((byte) value);
        return told("cudaMemsetAsync");
    }

    int cudaMemGetInfo(MemorySegment free, MemorySegment total) {
        free.reinterpret(Long.BYTES).set(JAVA_LONG, 0, this.free);
        return told("cudaMemGetInfo");
    }

    int cudaEventCreate(MemorySegment made) {
        return make("cudaEventCreate", made, 1);
    }

    int cudaEventDestroy(MemorySegment event) {
        return release("cudaEventDestroy", event);
    }

    int cudaEventRecord(MemorySegment event, MemorySegment stream) {
        return told("cudaEventRecord");
    }

    int cudaEventElapsedTime(MemorySegment millis, MemorySegment from, MemorySegment to) {
        millis.reinterpret(Float.BYTES).set(JAVA_FLOAT, 0, 1.5f);
        return told("cudaEventElapsedTime");
    }

    MemorySegment cudaGetErrorString(int code) {
        return arena.allocateFrom("error text");
    }

    int cudaGetLastError() {
        return told("cudaGetLastError");
    }

    @Override
    public void close() {
        arena.close();
    }

    private int told(String function) {
        called.add(function);
        Deque<Integer> codes = failures.get(function);
        return codes == null || codes.isEmpty() ? 0 : codes.remove();
    }

    private int make(String function, MemorySegment made, long bytes) {
        int code = told(function);
        if (code == 0) {
            MemorySegment memory = arena.allocate(bytes, 64).fill((byte) 7); // as it was left by others
            taken.add(memory.address());
            made.reinterpret(ADDRESS.byteSize()).set(ADDRESS, 0, memory);
        }
        return code;
    }

    private int release(String function, MemorySegment memory) {
        if (!taken.remove(memory.address())) {
            throw new AssertionError(function + " of what was not taken");
        }
        return told(function);
    }

    private MemorySegment stub(Method method) {
        MemoryLayout[] parameters =
                Arrays.stream(method.getParameterTypes()).map(FakeCuda::layout).toArray(MemoryLayout[]::new);
        try {
            return Linker.nativeLinker()
                    .upcallStub(
                            MethodHandles.lookup().unreflect(method).bindTo(this),
                            FunctionDescriptor.of(layout(method.getReturnType()), parameters),
                            arena);
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }

    private static MemoryLayout layout(Class<?> type) {
        return type == int.class ? JAVA_INT : type == long.class ? JAVA_LONG : ADDRESS;
    }
}
