package dev.unmask.ort;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// The commands on a machine that has everything a card takes but the card: NVIDIA's libraries only look like them, and
/// the build of ONNX Runtime for cards is the one for processors. A process each, as one process loads one build.
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
@Timeout(120)
class DevicesTest {

    private static final String REFUSED = "ONNX Runtime cannot use cuda:0: ";

    @TempDir
    static Path folder;

    private record Run(int code, String out, String err) {}

    @Test
    void autoTakesTheProcessorWhereTheProviderDoesNotLoadAndSaysWhy() throws Exception {
        Run run = run("doctor");
        assertThat(run.err()).isEmpty();
        assertThat(run.code()).isZero();
        assertThat(run.out())
                .contains("cpu (auto: " + REFUSED)
                .contains(" in " + build())
                .contains("mae-tiny on cpu (fp32, plain): encoder, decoder")
                .contains("cuda:0 H100 (1.0 GiB, compute capability 9.9); driver of CUDA 13.0")
                .containsPattern("libcudart.so.13 +13.1 +" + folder.resolve("cuda"));
    }

    @Test
    void aCardThatIsAskedForIsRefusedWhereTheProviderDoesNotLoad() throws Exception {
        Run run = run("reconstruct", photo(), "--json", "--device", "cuda:0");
        assertThat(run.err()).startsWith("unmask: " + REFUSED).contains("CUDA execution provider is not enabled");
        assertThat(run.code()).isEqualTo(3);
        assertThat(run.out()).isEmpty();
    }

    @Test
    void aBuildForCardsServesAProcessorWhereItIsTheOnlyOne() throws Exception {
        Run run = run("reconstruct", photo(), "--json", "--device", "cpu");
        assertThat(run.err()).isEmpty();
        assertThat(run.code()).isZero();
        assertThat(folder.resolve("natives")).isDirectoryContaining(build()::equals);
        assertThat(folder.resolve("natives")).isDirectoryNotContaining(each -> !build().equals(each));
    }

    @Test
    void aCardThatTheMachineLacksIsRefused() throws Exception {
        Run run = run("embed", photo(), "--device", "cuda:3");
        assertThat(run.err()).startsWith("unmask: cuda:3 asked for, the machine has 1: cuda:0 H100");
        assertThat(run.code()).isEqualTo(3);
    }

    @BeforeAll
    static void machine() throws IOException {
        Path cuda = folder.resolve("cuda");
        FakeLibrary.driver(13000, 0).write(cuda);
        FakeLibrary.of("libcudart.so.13")
                .with("cudaRuntimeGetVersion", FakeLibrary.writing(13010))
                .write(cuda);
        FakeLibrary.of("libcublasLt.so.13").write(cuda);
        FakeLibrary.of("libcudnn.so.9").write(cuda);
        FakeLibrary.of("libcublas.so.13", "libcublasLt.so.13").write(cuda);
        FakeLibrary.of("libonnxruntime_providers_cuda.so", "libcublas.so.13", "libcudart.so.13", "libcuda.so.1")
                .write(Files.createDirectories(build()));
        Natives.environment();
        for (String library : List.of("libonnxruntime.so", "libonnxruntime4j_jni.so")) {
            Files.copy(Natives.folder().resolve(library), build().resolve(library));
        }
    }

    private static Path build() {
        return folder.resolve("natives", Natives.version() + "-linux-x64-cuda13");
    }

    private static String photo() {
        return Path.of("photos/chelsea.jpg").toAbsolutePath().toString();
    }

    private Run run(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Dunmask.home=" + Path.of("").toAbsolutePath(),
                "-Dunmask.natives=" + folder.resolve("natives"),
                "-Dunmask.cuda-path=" + folder.resolve("cuda"),
                "-cp",
                System.getProperty("java.class.path"),
                "dev.unmask.cli.Unmask"));
        command.addAll(List.of(arguments));
        Path err = folder.resolve("err");
        Process process =
                new ProcessBuilder(command).redirectError(err.toFile()).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Run(process.waitFor(), out, Files.readString(err));
    }
}
