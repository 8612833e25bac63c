package dev.unmask.ort;

import ai.onnxruntime.OrtEnvironment;
import dev.unmask.UnmaskException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// What ONNX Runtime finds on this machine.
public final class Engine {

    private Engine() {}

    /// A shared library of NVIDIA.
    ///
    /// @param where its file is, or why it cannot be used
    /// @param version that it tells, if it does
    public record Library(String name, String where, String version) {}

    /// Starts to load the libraries while the caller does something else. A failure shows when they are needed.
    public static void loadAhead() {
        inBackground(Natives::environment);
    }

    static void inBackground(Runnable work) {
        Thread.ofPlatform().name("load ahead").start(() -> {
            try {
                work.run();
            } catch (UnmaskException _) {
                // whoever needs it is told
            }
        });
    }

    public static String version() {
        Natives.environment();
        return Natives.version();
    }

    /// Where its libraries are.
    public static Path folder() {
        return Natives.folder();
    }

    /// Execution providers that this build of ONNX Runtime holds.
    public static List<String> providers() {
        Natives.environment();
        return OrtEnvironment.getAvailableProviders().stream()
                .map(Enum::name)
                .sorted()
                .toList();
    }

    /// The NVIDIA driver and its cards, in words.
    ///
    /// @param folders to look for its library in before the usual ones, apart by colons
    public static String gpu(String folders) {
        try {
            CudaDriver driver = CudaDriver.of(LibraryPath.of(folders));
            return driver.cards().stream().map(CudaDriver.Card::toString).collect(Collectors.joining(", ")) + "; "
                    + driver;
        } catch (UnmaskException refusal) {
            return "none: " + refusal.getMessage();
        }
    }

    /// The libraries that cards take, those that are there loaded to ask their versions.
    ///
    /// @param folders to look in before the usual ones, apart by colons
    public static List<Library> libraries(String folders) {
        return CudaLibraries.of(LibraryPath.of(folders));
    }

    /// Memory of a card that was chosen; empty where it does not tell, as one that is lost does not.
    public static Optional<CardMemory> memory(Device.Gpu card) {
        return Cuda.memory(card);
    }
}
