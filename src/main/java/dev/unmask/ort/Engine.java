package dev.unmask.ort;

import ai.onnxruntime.OrtEnvironment;
import dev.unmask.UnmaskException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// What ONNX Runtime finds on this machine.
public final class Engine {

    private Engine() {}

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

    /// The NVIDIA driver and cards, as the kernel names them.
    public static String gpu() {
        Path cards = Path.of("/proc/driver/nvidia/gpus");
        if (!Files.isDirectory(cards)) {
            return "none found";
        }
        try (Stream<Path> found = Files.list(cards)) {
            return found.count() + " NVIDIA";
        } catch (IOException e) {
            return "unknown: " + e.getMessage();
        }
    }
}
