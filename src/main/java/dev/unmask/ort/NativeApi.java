package dev.unmask.ort;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
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
    private static final int ARENA_ALLOCATOR = 1;
    private static final int DEFAULT_MEMORY = 0;

    private final MemorySegment table;
    private final VarHandle sessionHandle;

    private NativeApi(MemorySegment table, VarHandle sessionHandle) {
        this.table = table;
        this.sessionHandle = sessionHandle;
    }

    /// The interface of a library that the binding has loaded.
    ///
    /// @throws ReflectiveOperationException if this release of the binding keeps its sessions in another way
    /// @throws RuntimeException if the library cannot be reached
    static NativeApi of(Path library) throws ReflectiveOperationException {
        VarHandle sessionHandle = MethodHandles.privateLookupIn(OrtSession.class, MethodHandles.lookup())
                .findVarHandle(OrtSession.class, "nativeHandle", long.class);
        MemorySegment base = (MemorySegment)
                invoke(SymbolLookup.libraryLookup(library, Arena.global()).findOrThrow("OrtGetApiBase"), ADDRESS);
        MemorySegment table = (MemorySegment) invoke(function(base, 0), ADDRESS, VERSION);
        if (table.equals(MemorySegment.NULL)) {
            throw new IllegalStateException(library + " has no interface of version " + VERSION);
        }
        return new NativeApi(table, sessionHandle);
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
            String name = switch (device) {
                case Device.Cpu _ -> "Cpu";
                case Device.Cuda _ -> "Cuda";
            };
            int index = device instanceof Device.Cuda(int card) ? card : 0;
            MemorySegment memory = released(
                    scope,
                    RELEASE_MEMORY_INFO,
                    make(scope, CREATE_MEMORY_INFO, scope.allocateFrom(name), ARENA_ALLOCATOR, index, DEFAULT_MEMORY));
            MemorySegment pointer = MemorySegment.ofAddress((long) sessionHandle.get(session));
            MemorySegment allocator =
                    released(scope, RELEASE_ALLOCATOR, make(scope, CREATE_ALLOCATOR, pointer, memory));
            MemorySegment figures =
                    released(scope, RELEASE_KEY_VALUE_PAIRS, make(scope, ALLOCATOR_GET_STATS, allocator));
            return new ArenaUse(
                    figure(scope, figures, "InUse"),
                    figure(scope, figures, "MaxInUse"),
                    figure(scope, figures, "TotalAllocated"));
        }
    }

    private long figure(Arena scope, MemorySegment figures, String name) {
        MemorySegment text =
                (MemorySegment) invoke(function(table, GET_KEY_VALUE), ADDRESS, figures, scope.allocateFrom(name));
        return text.equals(MemorySegment.NULL) ? 0 : Long.parseLong(string(text));
    }

    /// Calls a function that answers a status, and returns what it made where its last argument pointed.
    private MemorySegment make(Arena scope, int place, Object... arguments) throws OrtException {
        MemorySegment made = scope.allocate(ADDRESS);
        Object[] all = Stream.concat(Arrays.stream(arguments), Stream.of(made)).toArray();
        MemorySegment status = (MemorySegment) invoke(function(table, place), ADDRESS, all);
        if (!status.equals(MemorySegment.NULL)) {
            String message = string((MemorySegment) invoke(function(table, GET_ERROR_MESSAGE), ADDRESS, status));
            release(RELEASE_STATUS, status);
            throw new OrtException(message);
        }
        return made.get(ADDRESS, 0);
    }

    private MemorySegment released(Arena scope, int place, MemorySegment made) {
        return made.reinterpret(scope, pointer -> release(place, pointer));
    }

    private void release(int place, MemorySegment pointer) {
        try {
            Linker.nativeLinker()
                    .downcallHandle(function(table, place), FunctionDescriptor.ofVoid(ADDRESS))
                    .invokeExact(pointer);
        } catch (Throwable e) {
            throw new IllegalStateException("ONNX Runtime cannot be called", e);
        }
    }

    private static Object invoke(MemorySegment function, MemoryLayout answer, Object... arguments) {
        MemoryLayout[] parameters = Arrays.stream(arguments)
                .map(argument -> argument instanceof Integer ? JAVA_INT : ADDRESS)
                .toArray(MemoryLayout[]::new);
        try {
            return Linker.nativeLinker()
                    .downcallHandle(function, FunctionDescriptor.of(answer, parameters))
                    .invokeWithArguments(arguments);
        } catch (Throwable e) {
            throw new IllegalStateException("ONNX Runtime cannot be called", e);
        }
    }

    private static MemorySegment function(MemorySegment table, int place) {
        return table.reinterpret((place + 1) * ADDRESS.byteSize()).getAtIndex(ADDRESS, place);
    }

    private static String string(MemorySegment text) {
        return text.reinterpret(Long.MAX_VALUE).getString(0);
    }
}
