package dev.unmask.ort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// What is missing on a machine without a card, or with half of what a card takes, made of libraries that only look
/// like NVIDIA's.
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
class CudaTest {

    private static final List<Device.Gpu> FIRST = List.of(new Device.Cuda(0));
    private static final int NO_DEVICE = 100;

    @TempDir
    Path root;

    @Test
    void withoutADriverItsLibraryIsNamedAndWhereItWasLookedFor() throws IOException {
        Path folder = Files.createDirectories(root.resolve("usr/lib64"));
        refused(FIRST, "there is no NVIDIA driver: libcuda.so.1 not found; looked in " + folder + ", " + cuda());
    }

    @Test
    void aDriverWithoutACardIsToldWithItsOwnWords() throws IOException {
        Path library = FakeLibrary.driver(13000, NO_DEVICE).write(cuda());
        refused(
                FIRST,
                "the NVIDIA driver in " + library
                        + " does not work: cuInit answers 100 (no CUDA-capable device is detected)");
    }

    @Test
    void whatIsNoDriverIsRefused() throws IOException {
        Path text = Files.writeString(cuda().resolve("libcuda.so.1"), "no library");
        assertThatThrownBy(() -> Cuda.open(FIRST, path(), List.of()))
                .hasMessageStartingWith("cannot load " + text + ": ")
                .hasMessageContaining("file too short");
    }

    @Test
    void aCardThatTheMachineLacksIsRefusedWithThoseItHas() throws IOException {
        FakeLibrary.driver(13000, 0).write(cuda());
        refused(
                List.of(new Device.Cuda(0), new Device.Cuda(3)),
                "cuda:3 asked for, the machine has 1: cuda:0 H100 (1.0 GiB, compute capability 9.9)");
    }

    @Test
    void withoutABuildTheCommandThatInstallsItIsNamed() throws IOException {
        FakeLibrary.driver(12080, 0).write(cuda());
        refused(
                FIRST,
                "no ONNX Runtime " + Natives.version() + " for CUDA is installed in " + Natives.root()
                        + " (unmask natives --cuda 12 installs it)");
    }

    @Test
    void aDriverThatIsTooOldIsNamedWithWhatWouldDo() throws IOException {
        Path versioned = cuda().resolve("libcuda.so.550.54.15");
        Files.move(FakeLibrary.driver(12040, 0).write(cuda()), versioned);
        Files.createSymbolicLink(cuda().resolve("libcuda.so.1"), versioned);
        refused(
                FIRST,
                "the NVIDIA driver 550.54.15 of CUDA 12.4 is too old for CUDA 13, which takes driver 580 or later",
                build(13));
    }

    @Test
    void anotherMajorVersionIsNamedBesideTheOneThatIsMissing() throws IOException {
        FakeLibrary.driver(13000, 0).write(cuda());
        FakeLibrary.of("libcudart.so.12").write(cuda());
        FakeLibrary.of("libcublas.so.13").write(cuda());
        refused(
                FIRST,
                "libcublasLt.so.13 not found, libcudart.so.13 not found (libcudart.so.12 is in " + cuda()
                        + "), libcudnn.so.9 not found; looked in " + cuda(),
                build(13));
    }

    @Test
    void ofTwoBuildsEachSaysWhatItLacks() throws IOException {
        FakeLibrary.driver(12040, 0).write(cuda());
        refused(
                FIRST,
                "the NVIDIA driver of CUDA 12.4 is too old for CUDA 13, which takes driver 580 or later; "
                        + "libcublasLt.so.12 not found, libcublas.so.12 not found, libcudart.so.12 not found, "
                        + "libcudnn.so.9 not found; looked in "
                        + cuda(),
                build(13),
                build(12));
    }

    @Test
    void tensorRtTakesAProviderOfItsOwn() throws IOException {
        FakeLibrary.driver(13000, 0).write(cuda());
        Path build = build(13);
        List<Device.Gpu> cards = List.of(new Device.TensorRt(0));
        refused(cards, "the ONNX Runtime in " + build + " has no libonnxruntime_providers_tensorrt.so", build);
        FakeLibrary.of("libonnxruntime_providers_tensorrt.so", "libnvinfer.so.10", "libcudart.so.13")
                .write(build);
        FakeLibrary.of("libcudart.so.13").write(cuda());
        FakeLibrary.of("libcublas.so.13").write(cuda());
        FakeLibrary.of("libcublasLt.so.13").write(cuda());
        FakeLibrary.of("libcudnn.so.9").write(cuda());
        refused(cards, "libnvinfer.so.10 not found; looked in " + cuda(), build);
    }

    @Test
    void librariesAreLoadedAfterThoseThatTheyNeed() throws IOException {
        // in folders that the loader does not look in, so that each must be there before the next
        Path deepest = FakeLibrary.of("libcufake_a.so.1").write(cuda());
        Path middle = FakeLibrary.of("libcufake_b.so.1", "libcufake_a.so.1")
                .with("b", FakeLibrary.answering(7))
                .write(cuda());
        assertThatThrownBy(() -> SharedLibrary.load(middle)).hasMessageContaining("libcufake_a.so.1: cannot open");
        CudaBuild.load("libcufake_b.so.1", path(), new HashSet<>());
        assertThat(SharedLibrary.load(middle).call("b")).isEqualTo(7);
        assertThat(SharedLibrary.load(middle).has("c")).isFalse();
        assertThat(deepest).exists();
    }

    @Test
    void librariesTellTheirVersions() throws IOException {
        assertThat(version("libcudart.so.13", "cudaRuntimeGetVersion", FakeLibrary.writing(13010)))
                .isEqualTo("13.1");
        assertThat(version("libcuda.so.1", "cuDriverGetVersion", FakeLibrary.writing(12080)))
                .isEqualTo("12.8");
        assertThat(version("libcublasLt.so.13", "cublasLtGetVersion", FakeLibrary.answering(130_102)))
                .isEqualTo("13.1.2");
        assertThat(version("libcudnn.so.9", "cudnnGetVersion", FakeLibrary.answering(91_300)))
                .isEqualTo("9.13.0");
        assertThat(version("libcurand.so.10", "curandGetVersion", FakeLibrary.writing(10_400)))
                .isEqualTo("10.4.0");
        Path file = FakeLibrary.of("libother.so.3.2.1").write(cuda());
        Path link = Files.createSymbolicLink(cuda().resolve("libother.so.3"), file);
        assertThat(CudaVersions.of(SharedLibrary.load(link))).isEqualTo("3.2.1");
    }

    private String version(String name, String function, byte[] code) throws IOException {
        Path library = FakeLibrary.of(name).with(function, code).write(cuda().resolve(function));
        return CudaVersions.of(SharedLibrary.load(library));
    }

    private void refused(List<Device.Gpu> cards, String message, Path... builds) {
        assertThatThrownBy(() -> Cuda.open(cards, path(), List.of(builds)))
                .isInstanceOfSatisfying(
                        UnmaskException.class,
                        refusal -> assertThat(refusal.fault()).isEqualTo(Fault.UNAVAILABLE))
                .hasMessage(message);
    }

    /// A build of ONNX Runtime for a major version of CUDA.
    private Path build(int major) throws IOException {
        Path folder = root.resolve("build" + major);
        FakeLibrary.of(
                        "libonnxruntime_providers_cuda.so",
                        "libcublasLt.so." + major,
                        "libcublas.so." + major,
                        "libcudart.so." + major,
                        "libcuda.so.1",
                        "libc.so.6")
                .write(folder);
        return folder;
    }

    private LibraryPath path() {
        return new LibraryPath("", root, Map.of());
    }

    private Path cuda() throws IOException {
        return Files.createDirectories(root.resolve("usr/local/cuda-13.0/lib64"));
    }
}
