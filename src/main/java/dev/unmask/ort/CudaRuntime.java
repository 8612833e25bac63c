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
import java.lang.invoke.MethodHandle;
import java.util.Set;

/// The few functions of the CUDA runtime, version 12 or 13, that a lane needs. Each throws a [Failure] that names it.
@SuppressWarnings("restricted") // native calls are what it is for
final class CudaRuntime {

    /// Codes after which nothing runs on the card any more until the process is started again.
    private static final Set<Integer> LOST = Set.of(
            46, 100, 101, 214, 220, 226, 700, 702, 709, 710, 714, 715, 716, 717, 718, 719, 721, 805, 806, 810, 911,
            999);
    private static final int OUT_OF_MEMORY = 2;

    private static final int TO_DEVICE = 1;
    private static final int TO_HOST = 2;
    private static final int NON_BLOCKING = 1; // does not wait for the stream that all share
    private static final int PORTABLE = 1;
    private static final int THREAD_LOCAL = 1;

    private static final MethodHandle OF_INT = handle(JAVA_INT);
    private static final MethodHandle OF_POINTER = handle(ADDRESS);
    private static final MethodHandle OF_TWO = handle(ADDRESS, ADDRESS);
    private static final MethodHandle OF_THREE = handle(ADDRESS, ADDRESS, ADDRESS);
    private static final MethodHandle OF_POINTER_INT = handle(ADDRESS, JAVA_INT);
    private static final MethodHandle OF_POINTER_SIZE = handle(ADDRESS, JAVA_LONG);
    private static final MethodHandle OF_POINTER_SIZE_INT = handle(ADDRESS, JAVA_LONG, JAVA_INT);
    private static final MethodHandle COPY = handle(ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS);
    private static final MethodHandle FILL = handle(ADDRESS, JAVA_INT, JAVA_LONG, ADDRESS);
    private static final MethodHandle TEXT =
            Linker.nativeLinker().downcallHandle(FunctionDescriptor.of(ADDRESS, JAVA_INT));
    private static final MethodHandle OF_NOTHING =
            Linker.nativeLinker().downcallHandle(FunctionDescriptor.of(JAVA_INT));

    private final MemorySegment setDevice;
    private final MemorySegment exchangeCaptureMode;
    private final MemorySegment malloc;
    private final MemorySegment free;
    private final MemorySegment hostAlloc;
    private final MemorySegment freeHost;
    private final MemorySegment streamCreate;
    private final MemorySegment streamDestroy;
    private final MemorySegment streamSynchronize;
    private final MemorySegment streamEndCapture;
    private final MemorySegment graphDestroy;
    private final MemorySegment memcpyAsync;
    private final MemorySegment memsetAsync;
    private final MemorySegment memGetInfo;
    private final MemorySegment eventCreate;
    private final MemorySegment eventDestroy;
    private final MemorySegment eventRecord;
    private final MemorySegment eventElapsedTime;
    private final MemorySegment getErrorString;
    private final MemorySegment getLastError;

    CudaRuntime(SymbolLookup runtime) {
        this.setDevice = runtime.findOrThrow("cudaSetDevice");
        this.exchangeCaptureMode = runtime.findOrThrow("cudaThreadExchangeStreamCaptureMode");
        this.malloc = runtime.findOrThrow("cudaMalloc");
        this.free = runtime.findOrThrow("cudaFree");
        this.hostAlloc = runtime.findOrThrow("cudaHostAlloc");
        this.freeHost = runtime.findOrThrow("cudaFreeHost");
        this.streamCreate = runtime.findOrThrow("cudaStreamCreateWithFlags");
        this.streamDestroy = runtime.findOrThrow("cudaStreamDestroy");
        this.streamSynchronize = runtime.findOrThrow("cudaStreamSynchronize");
        this.streamEndCapture = runtime.findOrThrow("cudaStreamEndCapture");
        this.graphDestroy = runtime.findOrThrow("cudaGraphDestroy");
        this.memcpyAsync = runtime.findOrThrow("cudaMemcpyAsync");
        this.memsetAsync = runtime.findOrThrow("cudaMemsetAsync");
        this.memGetInfo = runtime.findOrThrow("cudaMemGetInfo");
        this.eventCreate = runtime.findOrThrow("cudaEventCreate");
        this.eventDestroy = runtime.findOrThrow("cudaEventDestroy");
        this.eventRecord = runtime.findOrThrow("cudaEventRecord");
        this.eventElapsedTime = runtime.findOrThrow("cudaEventElapsedTime");
        this.getErrorString = runtime.findOrThrow("cudaGetErrorString");
        this.getLastError = runtime.findOrThrow("cudaGetLastError");
    }

    /// Makes a card the current one of this thread.
    void setDevice(int index) {
        try {
            check("cudaSetDevice", (int) OF_INT.invokeExact(setDevice, index));
        } catch (Throwable e) {
            throw thrown(e);
        }
    }

    /// Lets this thread do what it likes while another one captures.
    void ignoreCapturesOfOthers() {
        try (Arena scope = Arena.ofConfined()) {
            MemorySegment mode = scope.allocateFrom(JAVA_INT, THREAD_LOCAL);
            check("cudaThreadExchangeStreamCaptureMode", (int) OF_POINTER.invokeExact(exchangeCaptureMode, mode));
        } catch (Throwable e) {
            throw thrown(e);
        }
    }

    MemorySegment malloc(long bytes) {
        try (Arena scope = Arena.ofConfined()) {
            MemorySegment made = scope.allocate(ADDRESS);
            check("cudaMalloc", (int) OF_POINTER_SIZE.invokeExact(malloc, made, bytes));
            return made.get(ADDRESS, 0).reinterpret(bytes);
        } catch (Throwable e) {
            throw thrown(e);
        }
    }

    void free(MemorySegment device) {
        one("cudaFree", free, device);
    }

    /// Page-locked memory of the host, whichever card copies.
    MemorySegment hostAlloc(long bytes) {
        try (Arena scope = Arena.ofConfined()) {
            MemorySegment made = scope.allocate(ADDRESS);
            check("cudaHostAlloc", (int) OF_POINTER_SIZE_INT.invokeExact(hostAlloc, made, bytes, PORTABLE));
            return made.get(ADDRESS, 0).reinterpret(bytes);
        } catch (Throwable e) {
            throw thrown(e);
        }
    }

    void freeHost(MemorySegment host) {
        one("cudaFreeHost", freeHost, host);
    }

    MemorySegment createStream() {
        try (Arena scope = Arena.ofConfined()) {
            MemorySegment made = scope.allocate(ADDRESS);
            check("cudaStreamCreateWithFlags", (int) OF_POINTER_INT.invokeExact(streamCreate, made, NON_BLOCKING));
            return made.get(ADDRESS, 0);
        } catch (Throwable e) {
            throw thrown(e);
        }
    }

    void destroyStream(MemorySegment stream) {
        one("cudaStreamDestroy", streamDestroy, stream);
    }

    void synchronize(MemorySegment stream) {
        one("cudaStreamSynchronize", streamSynchronize, stream);
    }

    /// Ends whatever is captured from a stream and throws it away. Fails silently where nothing is.
    void abandonCapture(MemorySegment stream) {
        try (Arena scope = Arena.ofConfined()) {
            MemorySegment graph = scope.allocate(ADDRESS);
            int _ = (int) OF_TWO.invokeExact(streamEndCapture, stream, graph);
            MemorySegment captured = graph.get(ADDRESS, 0);
            if (!captured.equals(MemorySegment.NULL)) {
                int _ = (int) OF_POINTER.invokeExact(graphDestroy, captured);
            }
            int _ = (int) OF_NOTHING.invokeExact(getLastError); // forgets it
        } catch (Throwable e) {
            throw thrown(e);
        }
    }

    void upload(MemorySegment from, MemorySegment device, MemorySegment stream) {
        copy(device, from, TO_DEVICE, stream);
    }

    void download(MemorySegment device, MemorySegment to, MemorySegment stream) {
        copy(to, device, TO_HOST, stream);
    }

    /// Fills memory of the device with zeros.
    void clear(MemorySegment device, MemorySegment stream) {
        try {
            check("cudaMemsetAsync", (int) FILL.invokeExact(memsetAsync, device, 0, device.byteSize(), stream));
        } catch (Throwable e) {
            throw thrown(e);
        }
    }

    /// Of the thread's card.
    CardMemory memory() {
        try (Arena scope = Arena.ofConfined()) {
            MemorySegment free = scope.allocate(JAVA_LONG);
            MemorySegment total = scope.allocate(JAVA_LONG);
            check("cudaMemGetInfo", (int) OF_TWO.invokeExact(memGetInfo, free, total));
            return new CardMemory(free.get(JAVA_LONG, 0), total.get(JAVA_LONG, 0));
        } catch (Throwable e) {
            throw thrown(e);
        }
    }

    MemorySegment createEvent() {
        try (Arena scope = Arena.ofConfined()) {
            MemorySegment made = scope.allocate(ADDRESS);
            check("cudaEventCreate", (int) OF_POINTER.invokeExact(eventCreate, made));
            return made.get(ADDRESS, 0);
        } catch (Throwable e) {
            throw thrown(e);
        }
    }

    void destroyEvent(MemorySegment event) {
        one("cudaEventDestroy", eventDestroy, event);
    }

    void record(MemorySegment event, MemorySegment stream) {
        try {
            check("cudaEventRecord", (int) OF_TWO.invokeExact(eventRecord, event, stream));
        } catch (Throwable e) {
            throw thrown(e);
        }
    }

    /// Nanoseconds from one event to another, both of which have happened.
    long elapsed(MemorySegment from, MemorySegment to) {
        try (Arena scope = Arena.ofConfined()) {
            MemorySegment millis = scope.allocate(JAVA_FLOAT);
            check("cudaEventElapsedTime", (int) OF_THREE.invokeExact(eventElapsedTime, millis, from, to));
            return (long) (millis.get(JAVA_FLOAT, 0) * 1e6);
        } catch (Throwable e) {
            throw thrown(e);
        }
    }

    private void copy(MemorySegment to, MemorySegment from, int direction, MemorySegment stream) {
        if (to.byteSize() != from.byteSize()) {
            throw new IllegalArgumentException(from.byteSize() + " bytes for " + to.byteSize());
        }
        try {
            check("cudaMemcpyAsync", (int) COPY.invokeExact(memcpyAsync, to, from, to.byteSize(), direction, stream));
        } catch (Throwable e) {
            throw thrown(e);
        }
    }

    private void one(String name, MemorySegment function, MemorySegment argument) {
        try {
            check(name, (int) OF_POINTER.invokeExact(function, argument));
        } catch (Throwable e) {
            throw thrown(e);
        }
    }

    private void check(String function, int code) throws Throwable {
        if (code != 0) {
            int _ = (int) OF_NOTHING.invokeExact(getLastError); // else the next who asks is told of it
            MemorySegment text = (MemorySegment) TEXT.invokeExact(getErrorString, code);
            throw new Failure(function, code, text.reinterpret(Long.MAX_VALUE).getString(0));
        }
    }

    private static RuntimeException thrown(Throwable e) {
        return switch (e) {
            case RuntimeException known -> known;
            case Error error -> throw error;
            default -> new IllegalStateException("the CUDA runtime cannot be called", e);
        };
    }

    private static MethodHandle handle(MemoryLayout... parameters) {
        return Linker.nativeLinker().downcallHandle(FunctionDescriptor.of(JAVA_INT, parameters));
    }

    /// A function of the runtime that answered an error.
    static final class Failure extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final int code;

        private Failure(String function, int code, String text) {
            super(function + ": " + text + " (CUDA error " + code + ")");
            this.code = code;
        }

        boolean isOutOfMemory() {
            return code == OUT_OF_MEMORY;
        }

        /// Whether the card is lost to this process.
        boolean isLoss() {
            return LOST.contains(code);
        }
    }
}
