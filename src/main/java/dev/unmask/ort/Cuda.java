package dev.unmask.ort;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.SessionOptions;
import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// CUDA in this process: driver, libraries and ONNX Runtime's providers, loaded once for good.
final class Cuda {

    private static volatile @Nullable CudaRuntime runtime;

    private Cuda() {}

    /// Loads all that these cards need, or refuses with what is missing. Answers what was found, for people.
    ///
    /// @param builds of ONNX Runtime for cards, the preferred one first
    static synchronized String open(List<Device.Gpu> cards, LibraryPath path, List<Path> builds) {
        requireLinux();
        CudaDriver driver = CudaDriver.of(path);
        cards.forEach(driver::require);
        boolean tensorRt = cards.stream().anyMatch(Device.TensorRt.class::isInstance);
        CudaBuild build = usable(
                builds.stream().map(folder -> CudaBuild.of(folder, tensorRt)).toList(), driver, path);
        Natives.choose(build.folder());
        SharedLibrary loaded = build.load(path);
        cards.forEach(Cuda::append);
        runtime = new CudaRuntime(loaded.symbols());
        return driver.names(cards) + ", " + driver + ", CUDA runtime " + CudaVersions.of(loaded);
    }

    /// CUDA's runtime library, once a card was opened.
    static CudaRuntime runtime() {
        CudaRuntime loaded = runtime;
        if (loaded == null) {
            throw new UnmaskException(Fault.UNAVAILABLE, "no card was opened");
        }
        return loaded;
    }

    /// Of a card, from CUDA; empty where it does not tell, as a card that is lost does not.
    static Optional<CardMemory> memory(Device.Gpu card) {
        CudaRuntime loaded = runtime;
        return loaded == null ? Optional.empty() : Capturing.apart(card, () -> memory(card, loaded));
    }

    private static Optional<CardMemory> memory(Device.Gpu card, CudaRuntime loaded) {
        try {
            loaded.setDevice(card.index()); // of this thread
            return Optional.of(loaded.memory());
        } catch (CudaRuntime.Failure _) {
            return Optional.empty();
        }
    }

    private static void requireLinux() {
        String os = System.getProperty("os.name");
        String arch = System.getProperty("os.arch");
        if (!os.toLowerCase(Locale.ROOT).contains("linux") || !arch.equals("amd64")) {
            throw new UnmaskException(
                    Fault.UNAVAILABLE, "cards are used on Linux with x86-64 only; this is " + os + " with " + arch);
        }
    }

    /// The first build that can be used here.
    private static CudaBuild usable(List<CudaBuild> builds, CudaDriver driver, LibraryPath path) {
        List<String> obstacles = new ArrayList<>();
        for (CudaBuild build : builds) {
            Optional<String> obstacle = build.obstacle(driver, path);
            if (obstacle.isEmpty()) {
                return build;
            }
            obstacles.add(obstacle.get());
        }
        throw new UnmaskException(
                Fault.UNAVAILABLE,
                obstacles.isEmpty()
                        ? "no ONNX Runtime " + Natives.version() + " for CUDA is installed in " + Natives.root()
                                + " (unmask natives --cuda " + (driver.runs(13) ? 13 : 12) + " installs it)"
                        : String.join("; ", obstacles));
    }

    /// The last that can fail before there is a model: ONNX Runtime loads its provider.
    private static void append(Device.Gpu card) {
        Natives.environment();
        try (SessionOptions options = new SessionOptions()) {
            Providers.append(options, card, Map.of(), Map.of());
        } catch (OrtException e) {
            throw new UnmaskException(
                    Fault.UNAVAILABLE, "ONNX Runtime cannot use " + card.text() + ": " + LoadFailure.brief(e), e);
        }
    }
}
