package dev.unmask.ort;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/// The versions of NVIDIA's libraries, as each tells its own.
final class CudaVersions {

    private CudaVersions() {}

    /// What a loaded library answers, else what the name of its file says.
    static String of(SharedLibrary library) {
        String stem = library.path().getFileName().toString().replaceFirst("\\.so.*", "");
        return switch (stem) {
            case "libcuda" -> CudaDriver.dotted(written(library, "cuDriverGetVersion"));
            case "libcudart" -> CudaDriver.dotted(written(library, "cudaRuntimeGetVersion"));
            case "libcurand" -> threeDigits(written(library, "curandGetVersion"));
            case "libcublasLt" -> twoDigits(library.call("cublasLtGetVersion"));
            case "libcublas" -> properties(library, "cublasGetProperty");
            case "libcudnn" -> twoDigits(library.call("cudnnGetVersion"));
            case "libnvinfer" -> twoDigits(library.call("getInferLibVersion"));
            default -> of(library.path());
        };
    }

    /// `libcublas.so.13.1.0.3` behind a link is of 13.1.0.3; nothing where the name is not that long.
    static String of(Path file) {
        try {
            String version = file.toRealPath().getFileName().toString().replaceFirst(".*\\.so\\.?", "");
            return version.contains(".") ? version : "";
        } catch (IOException _) {
            return "";
        }
    }

    private static int written(SharedLibrary library, String function) {
        try (Arena scope = Arena.ofConfined()) {
            MemorySegment number = scope.allocate(JAVA_INT);
            int _ = library.call(function, number);
            return number.get(JAVA_INT, 0);
        }
    }

    private static String properties(SharedLibrary library, String function) {
        try (Arena scope = Arena.ofConfined()) {
            MemorySegment number = scope.allocate(JAVA_INT);
            StringBuilder version = new StringBuilder();
            for (int property = 0; property < 3; property++) { // major, minor, patch
                int _ = library.call(function, property, number);
                version.append(property == 0 ? "" : ".").append(number.get(JAVA_INT, 0));
            }
            return version.toString();
        }
    }

    private static String twoDigits(int version) {
        return version / 10_000 + "." + version / 100 % 100 + "." + version % 100;
    }

    private static String threeDigits(int version) {
        return version / 1000 + "." + version / 100 % 10 + "." + version % 100;
    }
}
