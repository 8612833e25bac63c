package dev.unmask.ort;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Arrays;

/// A shared library that this process has loaded, for good. Whatever is loaded later and needs one of its name gets it,
/// wherever it came from (glibc compares the names).
///
/// @param symbols what it offers
@SuppressWarnings("restricted") // native calls are what it is for
record SharedLibrary(Path path, SymbolLookup symbols) {

    private static final int NOW = 2; // RTLD_NOW
    private static final SymbolLookup SYSTEM = Linker.nativeLinker().defaultLookup();

    /// Loads a library of Linux by its path.
    static SharedLibrary load(Path path) {
        MethodHandle error = function(SYSTEM, "dlerror", ADDRESS);
        MethodHandle open = function(SYSTEM, "dlopen", ADDRESS, ADDRESS, JAVA_INT);
        try (Arena scope = Arena.ofConfined()) {
            MemorySegment name = scope.allocateFrom(path.toString());
            MemorySegment _ = (MemorySegment) error.invokeExact(); // forgets the last, and is linked ahead of the next
            MemorySegment handle = (MemorySegment) open.invokeExact(name, NOW);
            MemorySegment why = (MemorySegment) error.invokeExact();
            if (handle.equals(MemorySegment.NULL)) {
                throw new UnmaskException(Fault.UNAVAILABLE, "cannot load " + path + ": " + string(why));
            }
            return new SharedLibrary(path, SymbolLookup.libraryLookup(path, Arena.global()));
        } catch (Throwable e) {
            throw thrown("dlopen", e);
        }
    }

    boolean has(String function) {
        return symbols.find(function).isPresent();
    }

    /// Calls a function of integers and addresses that answers an integer.
    int call(String function, Object... arguments) {
        MemoryLayout[] parameters = Arrays.stream(arguments)
                .map(argument -> argument instanceof Integer ? JAVA_INT : ADDRESS)
                .toArray(MemoryLayout[]::new);
        try {
            return (int) function(symbols, function, JAVA_INT, parameters).invokeWithArguments(arguments);
        } catch (Throwable e) {
            throw thrown(function, e);
        }
    }

    /// The text at an address.
    static String string(MemorySegment text) {
        return text.equals(MemorySegment.NULL)
                ? "no reason is told"
                : text.reinterpret(Long.MAX_VALUE).getString(0);
    }

    private static MethodHandle function(
            SymbolLookup library, String name, MemoryLayout answer, MemoryLayout... parameters) {
        MemorySegment found = library.find(name)
                .orElseThrow(() -> new UnmaskException(Fault.UNAVAILABLE, "there is no function " + name));
        return Linker.nativeLinker().downcallHandle(found, FunctionDescriptor.of(answer, parameters));
    }

    private static RuntimeException thrown(String function, Throwable e) {
        return switch (e) {
            case RuntimeException known -> known;
            case Error error -> throw error;
            default -> new IllegalStateException(function + " cannot be called", e);
        };
    }
}
