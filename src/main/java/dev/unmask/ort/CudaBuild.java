package dev.unmask.ort;

import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// A build of ONNX Runtime for cards, and the libraries of NVIDIA without which it does not run our graphs.
///
/// @param needed by their names, as the providers themselves ask for them: when they are loaded, or later
record CudaBuild(Path folder, List<String> needed) {

    private static final String CUDA = "libonnxruntime_providers_cuda.so";
    private static final String TENSORRT = "libonnxruntime_providers_tensorrt.so";
    private static final String RUNTIME = "libcudart.so.";
    private static final String CUDNN = "libcudnn.so.9"; // looked for when the first Attention runs

    CudaBuild {
        needed = List.copyOf(needed);
    }

    static boolean isIn(Path folder) {
        return Files.isRegularFile(folder.resolve(CUDA));
    }

    /// The build in a folder.
    ///
    /// @param tensorRt whether its provider for TensorRT is wanted too
    static CudaBuild of(Path folder, boolean tensorRt) {
        Set<String> needed = new LinkedHashSet<>();
        for (String provider : tensorRt ? List.of(CUDA, TENSORRT) : List.of(CUDA)) {
            Path file = folder.resolve(provider);
            if (!Files.isRegularFile(file)) {
                throw new UnmaskException(Fault.UNAVAILABLE, "the ONNX Runtime in " + folder + " has no " + provider);
            }
            needed.addAll(neededOfNvidia(file));
        }
        needed.add(CUDNN);
        return new CudaBuild(folder, List.copyOf(needed));
    }

    /// Of CUDA, as the name of the runtime library says.
    int major() {
        return needed.stream()
                .filter(name -> name.startsWith(RUNTIME))
                .map(name -> Integer.parseInt(name.substring(RUNTIME.length())))
                .findFirst()
                .orElseThrow(() -> new UnmaskException(
                        Fault.UNAVAILABLE, "the ONNX Runtime in " + folder + " asks for no " + RUNTIME + "N"));
    }

    /// Why it cannot be used with a driver and the libraries of a path.
    Optional<String> obstacle(CudaDriver driver, LibraryPath path) {
        if (!driver.runs(major())) {
            return Optional.of(driver.tooOldFor(major()));
        }
        List<String> missing =
                needed.stream().filter(name -> path.find(name).isEmpty()).toList();
        return missing.isEmpty()
                ? Optional.empty()
                : Optional.of(missing.stream()
                                .map(name -> name + " not found" + others(name, path))
                                .collect(Collectors.joining(", "))
                        + "; looked in " + path);
    }

    /// Loads every library that is needed, each after those that it needs itself. Answers the runtime library.
    SharedLibrary load(LibraryPath path) {
        Set<String> loaded = new LinkedHashSet<>();
        needed.forEach(name -> load(name, path, loaded));
        return SharedLibrary.load(required(RUNTIME + major(), path));
    }

    /// Loads a library after those that it needs itself.
    static void load(String name, LibraryPath path, Set<String> loaded) {
        if (loaded.add(name)) {
            Path file = required(name, path);
            neededOfNvidia(file).stream()
                    .filter(other -> path.find(other).isPresent())
                    .forEach(other -> load(other, path, loaded));
            SharedLibrary.load(file);
        }
    }

    private static Path required(String name, LibraryPath path) {
        return path.find(name)
                .orElseThrow(() -> new UnmaskException(Fault.UNAVAILABLE, name + " not found; looked in " + path));
    }

    private static List<String> neededOfNvidia(Path file) {
        try {
            return Elf.read(file).needed().stream()
                    .filter(name -> name.startsWith("libcu") || name.startsWith("libnv"))
                    .toList();
        } catch (IOException e) {
            throw new UnmaskException(
                    Fault.UNAVAILABLE, file + " is not a library that can be loaded: " + e.getMessage(), e);
        }
    }

    /// Other versions of a library that is missing.
    private static String others(String name, LibraryPath path) {
        List<Path> others = path.versions(name.substring(0, name.indexOf(".so")));
        return others.isEmpty()
                ? ""
                : others.stream()
                        .map(file -> file.getFileName() + " is in " + file.getParent())
                        .collect(Collectors.joining(", ", " (", ")"));
    }
}
