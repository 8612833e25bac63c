package dev.unmask.ort;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The native libraries of ONNX Runtime, unpacked once.
///
/// Left alone, the binding extracts 28 MB into the temporary folder at each start and leaves it there after a crash.
/// So they are unpacked into a folder that stays: `-Dunmask.natives`, else the user's cache. Whoever sets
/// `-Donnxruntime.native.path` brings their own, and this class does nothing.
final class Natives {

    private static final String THEIRS = "onnxruntime.native.path";
    private static final String OURS = "unmask.natives";
    private static final String NO_TELEMETRY = "ORT_DISABLE_TELEMETRY";

    private Natives() {}

    /// The library, reached beside its binding once that has loaded it; in the background, since it takes 40 ms.
    private static final class Reached {
        static final CompletableFuture<Optional<NativeApi>> API = CompletableFuture.supplyAsync(Natives::reach);
    }

    /// The environment, after its libraries were put in place. It outlives every session.
    static synchronized OrtEnvironment environment() {
        if (System.getenv(NO_TELEMETRY) == null) {
            silence();
        }
        if (System.getProperty(THEIRS) == null) {
            choose(unpacked());
        }
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        CompletableFuture<?> _ = Reached.API; // begins
        return environment;
    }

    /// What the binding lacks; empty where the library can only be reached through it. Asked after [#environment].
    static Optional<NativeApi> api() {
        return Reached.API.join();
    }

    /// The same, for what cannot do without.
    static NativeApi api(String who) {
        return api().orElseThrow(() -> new UnmaskException(
                Fault.UNAVAILABLE, who + " needs the C interface of ONNX Runtime, which cannot be reached"));
    }

    private static Optional<NativeApi> reach() {
        try {
            NativeApi api = NativeApi.of(folder().resolve(System.mapLibraryName("onnxruntime")));
            api.keepEnvironment();
            return Optional.of(api);
        } catch (ReflectiveOperationException | OrtException | RuntimeException _) {
            return Optional.empty(); // nothing but figures, and the safety of a hasty end, hangs on it
        }
    }

    /// Where the libraries are, or will be. A build for cards serves a processor too, where it is the only one.
    static Path folder() {
        String theirs = System.getProperty(THEIRS);
        if (theirs != null) {
            return Path.of(theirs);
        }
        Path plain = root().resolve(version() + "-" + platform());
        return Files.isDirectory(plain)
                ? plain
                : cudaFolders().stream().findFirst().orElse(plain);
    }

    /// Where builds for cards are, that of the newest CUDA first.
    static List<Path> cudaFolders() {
        String theirs = System.getProperty(THEIRS);
        return theirs != null && CudaBuild.isIn(Path.of(theirs))
                ? List.of(Path.of(theirs))
                : Stream.of("13", "12")
                        .map(major -> root().resolve(version() + "-" + platform() + "-cuda" + major))
                        .filter(CudaBuild::isIn)
                        .toList();
    }

    /// Takes the libraries of a folder, from now on; too late once others were loaded.
    static synchronized void choose(Path folder) {
        String taken = System.getProperty(THEIRS);
        if (taken != null && !Path.of(taken).equals(folder)) {
            throw new UnmaskException(
                    Fault.UNAVAILABLE, "ONNX Runtime is taken from " + taken + " already, not from " + folder);
        }
        System.setProperty(THEIRS, folder.toString());
    }

    static String version() {
        String version = OrtEnvironment.class.getPackage().getImplementationVersion();
        return version == null ? "unversioned" : version;
    }

    /// Left alone, ONNX Runtime gives the machine an identifier, keeps it in the user's cache and reports to its maker.
    /// Its switch is a variable of the environment, read when the library is loaded; the launcher sets it too.
    @SuppressWarnings("restricted")
    private static void silence() {
        Linker linker = Linker.nativeLinker();
        MemorySegment setenv = linker.defaultLookup().find("setenv").orElse(MemorySegment.NULL);
        if (setenv.equals(MemorySegment.NULL)) {
            return; // Windows, where the library asks the system's own settings
        }
        FunctionDescriptor signature = FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_INT);
        try (Arena arena = Arena.ofConfined()) {
            int _ = (int) linker.downcallHandle(setenv, signature)
                    .invokeExact(arena.allocateFrom(NO_TELEMETRY), arena.allocateFrom("1"), 1);
        } catch (Throwable e) {
            throw new IllegalStateException("cannot switch off ONNX Runtime's telemetry", e);
        }
    }

    private static Path unpacked() {
        Path folder = folder();
        if (Files.isDirectory(folder)) {
            return folder;
        }
        try {
            Path partial = Files.createDirectories(
                    root().resolve(".partial-" + ProcessHandle.current().pid()));
            for (String library : libraries()) {
                unpack(library, partial);
            }
            return publish(partial, folder);
        } catch (IOException e) {
            throw new UnmaskException(
                    Fault.UNAVAILABLE,
                    "cannot unpack ONNX Runtime into " + folder + ": " + e.getMessage() + " (-D" + OURS
                            + "=FOLDER chooses another place)",
                    e);
        }
    }

    private static void unpack(String library, Path folder) throws IOException {
        String resource = "/ai/onnxruntime/native/" + platform() + "/" + library;
        try (InputStream stream = OrtEnvironment.class.getResourceAsStream(resource)) {
            if (stream == null) {
                throw new UnmaskException(
                        Fault.UNAVAILABLE, "ONNX Runtime " + version() + " has no library for " + platform());
            }
            Files.copy(stream, folder.resolve(library), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /// Renames a complete folder into place; when another process was faster, its folder is as good.
    private static Path publish(Path partial, Path folder) throws IOException {
        try {
            Files.move(partial, folder);
        } catch (FileAlreadyExistsException | DirectoryNotEmptyException _) {
            for (String library : libraries()) {
                Files.deleteIfExists(partial.resolve(library));
            }
            Files.delete(partial);
        }
        return folder;
    }

    /// The folder of all builds.
    static Path root() {
        String ours = System.getProperty(OURS);
        if (ours != null) {
            return Path.of(ours);
        }
        @Nullable String xdg = System.getenv("XDG_CACHE_HOME");
        Path caches = xdg != null ? Path.of(xdg) : Path.of(System.getProperty("user.home"), ".cache");
        return caches.resolve("unmask");
    }

    private static List<String> libraries() {
        return List.of(System.mapLibraryName("onnxruntime"), System.mapLibraryName("onnxruntime4j_jni"));
    }

    private static String platform() {
        String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String arch = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        String system = os.contains("mac") ? "osx" : os.contains("win") ? "win" : "linux";
        return system + "-" + (arch.equals("aarch64") || arch.equals("arm64") ? "aarch64" : "x64");
    }
}
