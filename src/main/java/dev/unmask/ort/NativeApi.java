package dev.unmask.ort;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;

/// What the C interface of ONNX Runtime can do and its Java binding cannot, called by place in the table `OrtApi`.
///
/// The table grows at its end only, so a place keeps its meaning in later releases.
@SuppressWarnings("restricted") // native calls are what it is for
final class NativeApi {

    private static final int VERSION = 23; // of the table, which then reaches ALLOCATOR_GET_STATS
    private static final int VERSION_OF_RELEASED_GRAPHS = 27;

    private static final int GET_ERROR_MESSAGE = 2;
    private static final int CREATE_ENV = 3;
    private static final int CREATE_MEMORY_INFO = 68;
    private static final int RELEASE_STATUS = 93;
    private static final int RELEASE_MEMORY_INFO = 94;
    private static final int CREATE_ALLOCATOR = 131;
    private static final int RELEASE_ALLOCATOR = 132;
    private static final int GET_KEY_VALUE = 297;
    private static final int RELEASE_KEY_VALUE_PAIRS = 300;
    private static final int ALLOCATOR_GET_STATS = 319;

    private static final int WARNING = 2;
    private static final int DEVICE_ALLOCATOR = 0;
    private static final int ARENA_ALLOCATOR = 1;
    private static final int DEFAULT_MEMORY = 0;

    private final MemorySegment table;
    private final VarHandle sessionHandle;
    private final VarHandle optionsHandle;
    private final boolean releasesGraphs;

    private NativeApi(MemorySegment table, VarHandle sessionHandle, VarHandle optionsHandle, boolean releasesGraphs) {
        this.table = table;
        this.sessionHandle = sessionHandle;
        this.optionsHandle = optionsHandle;
        this.releasesGraphs = releasesGraphs;
    }

    /// The interface of a library that the binding has loaded.
    ///
    /// @throws ReflectiveOperationException if this release of the binding keeps its sessions in another way
    /// @throws RuntimeException if the library cannot be reached
    static NativeApi of(Path library) throws ReflectiveOperationException {
        MemorySegment base = (MemorySegment)
                invoke(SymbolLookup.libraryLookup(library, Arena.global()).findOrThrow("OrtGetApiBase"), ADDRESS);
        MemorySegment table = (MemorySegment) invoke(function(base, 0), ADDRESS, VERSION);
        if (table.equals(MemorySegment.NULL)) {
            throw new IllegalStateException(library + " has no interface of version " + VERSION);
        }
        boolean newer =
                !invoke(function(base, 0), ADDRESS, VERSION_OF_RELEASED_GRAPHS).equals(MemorySegment.NULL);
        return new NativeApi(table, handle(OrtSession.class), handle(SessionOptions.class), newer);
    }

    private static VarHandle handle(Class<?> owner) throws ReflectiveOperationException {
        return MethodHandles.privateLookupIn(owner, MethodHandles.lookup())
                .findVarHandle(owner, "nativeHandle", long.class);
    }

    /// Whether the table reaches the function that forgets a captured graph.
    boolean releasesGraphs() {
        return releasesGraphs;
    }

    /// Counts one more user of the environment, for good. The binding's shutdown hook frees it beneath sessions that
    /// are still being made or run; with a user left it stays.
    void keepEnvironment() throws OrtException {
        try (Arena scope = Arena.ofConfined()) {
            make(scope, CREATE_ENV, WARNING, scope.allocateFrom("unmask"));
        }
    }

    /// The arena of a session in the memory of a device. The session must stay open meanwhile; it may run.
    ArenaUse arena(OrtSession session, Device device) throws OrtException {
        try (Arena scope = Arena.ofConfined()) {
            MemorySegment memory = memory(scope, device, ARENA_ALLOCATOR);
            MemorySegment allocator =
                    released(scope, RELEASE_ALLOCATOR, make(scope, CREATE_ALLOCATOR, pointer(session), memory));
            MemorySegment figures =
                    released(scope, RELEASE_KEY_VALUE_PAIRS, make(scope, ALLOCATOR_GET_STATS, allocator));
            return new ArenaUse(
                    figure(scope, figures, "InUse"),
                    figure(scope, figures, "MaxInUse"),
                    figure(scope, figures, "TotalAllocated"));
        }
    }

    /// Where a session is, as the table's functions take it.
    MemorySegment pointer(OrtSession session) {
        return MemorySegment.ofAddress((long) sessionHandle.get(session));
    }

    MemorySegment pointer(SessionOptions options) {
        return MemorySegment.ofAddress((long) optionsHandle.get(options));
    }

    /// What ONNX Runtime calls the memory of a device, as long as the scope lives.
    MemorySegment memory(Arena scope, Device device) throws OrtException {
        return memory(scope, device, DEVICE_ALLOCATOR);
    }

    private MemorySegment memory(Arena scope, Device device, int allocator) throws OrtException {
        String name = switch (device) {
            case Device.Cpu _ -> "Cpu";
            case Device.Gpu _ -> "Cuda";
        };
        int index = device instanceof Device.Gpu card ? card.index() : 0;
        MemorySegment made =
                make(scope, CREATE_MEMORY_INFO, scope.allocateFrom(name), allocator, index, DEFAULT_MEMORY);
        return released(scope, RELEASE_MEMORY_INFO, made);
    }

    private long figure(Arena scope, MemorySegment figures, String name) {
        MemorySegment text =
                (MemorySegment) invoke(function(GET_KEY_VALUE), ADDRESS, figures, scope.allocateFrom(name));
        return text.equals(MemorySegment.NULL) ? 0 : Long.parseLong(string(text));
    }

    /// Calls a function that answers a status, and returns what it made where its last argument pointed.
    MemorySegment make(Arena scope, int place, Object... arguments) throws OrtException {
        MemorySegment made = scope.allocate(ADDRESS);
        call(place, Stream.concat(Arrays.stream(arguments), Stream.of(made)).toArray());
        return made.get(ADDRESS, 0);
    }

    /// Calls a function that answers a status.
    void call(int place, Object... arguments) throws OrtException {
        check((MemorySegment) invoke(function(place), ADDRESS, arguments));
    }

    /// Throws what a status says, unless it is null, which is success.
    void check(MemorySegment status) throws OrtException {
        if (!status.equals(MemorySegment.NULL)) {
            String message = string((MemorySegment) invoke(function(GET_ERROR_MESSAGE), ADDRESS, status));
            release(RELEASE_STATUS, status);
            throw new OrtException(message.strip());
        }
    }

    /// The same, given back by the function at a place when the scope ends.
    MemorySegment released(Arena scope, int place, MemorySegment made) {
        return made.reinterpret(scope, pointer -> release(place, pointer));
    }

    /// The function at a place of the table.
    MemorySegment function(int place) {
        return function(table, place);
    }

    private void release(int place, MemorySegment pointer) {
        try {
            Linker.nativeLinker()
                    .downcallHandle(function(place), FunctionDescriptor.ofVoid(ADDRESS))
                    .invokeExact(pointer);
        } catch (Throwable e) {
            throw unreachable(e);
        }
    }

    static IllegalStateException unreachable(Throwable cause) {
        return new IllegalStateException("ONNX Runtime cannot be called", cause);
    }

    private static Object invoke(MemorySegment function, MemoryLayout answer, Object... arguments) {
        MemoryLayout[] parameters = Arrays.stream(arguments)
                .map(argument -> switch (argument) {
                    case Integer _ -> JAVA_INT;
                    case Long _ -> JAVA_LONG;
                    default -> ADDRESS;
                })
                .toArray(MemoryLayout[]::new);
        try {
            return Linker.nativeLinker()
                    .downcallHandle(function, FunctionDescriptor.of(answer, parameters))
                    .invokeWithArguments(arguments);
        } catch (Throwable e) {
            throw unreachable(e);
        }
    }

    private static MemorySegment function(MemorySegment table, int place) {
        return table.reinterpret((place + 1) * ADDRESS.byteSize()).getAtIndex(ADDRESS, place);
    }

    private static String string(MemorySegment text) {
        return text.reinterpret(Long.MAX_VALUE).getString(0);
    }
}
