package dev.unmask.ort;

import dev.unmask.UnmaskException;
import dev.unmask.ort.Engine.Library;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedSet;

/// The libraries of NVIDIA that cards take, and what of them is on this machine.
final class CudaLibraries {

    /// What builds of ONNX Runtime for cards take, in one version or another.
    private static final List<String> TAKEN = List.of("libcublasLt", "libcublas", "libcurand", "libcudart", "libcudnn");

    private CudaLibraries() {}

    /// Those of the newest build that is installed, else those of any version.
    static List<Library> of(LibraryPath path) {
        SequencedSet<String> names = new LinkedHashSet<>(List.of(CudaDriver.LIBRARY));
        List<Path> builds = Natives.cudaFolders();
        if (builds.isEmpty()) {
            TAKEN.forEach(stem -> names.add(path.versions(stem).stream()
                    .findFirst()
                    .map(file -> file.getFileName().toString())
                    .orElse(stem + ".so")));
        } else {
            names.addAll(CudaBuild.of(builds.getFirst(), false).needed());
        }
        return names.stream().map(name -> look(name, path)).toList();
    }

    private static Library look(String name, LibraryPath path) {
        Optional<Path> file = path.find(name);
        if (file.isEmpty()) {
            return new Library(name, "not found", "");
        }
        try {
            CudaBuild.load(name, path, new HashSet<>());
            return new Library(name, file.get().toString(), CudaVersions.of(SharedLibrary.load(file.get())));
        } catch (UnmaskException refusal) {
            return new Library(name, refusal.getMessage(), CudaVersions.of(file.get()));
        }
    }
}
