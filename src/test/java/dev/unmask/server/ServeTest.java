package dev.unmask.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unmask.ort.Choice;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// A start that fails says why in one line, and with the exit code.
class ServeTest {

    @TempDir
    Path folder;

    @Test
    void aSettingThatCannotBeFailsTheStart() throws IOException {
        Path file = Files.writeString(folder.resolve("own.yml"), "unmask:\n  max-rows: 4\n  queue-rows: 3\n");
        fails(3, "unmask: unmask.queue-rows is 3; it must be at least unmask.max-rows, 4", "--config", file.toString());
    }

    @Test
    void aNameThatDoesNotExistFailsTheStartWithItsFile() throws IOException {
        Path file = Files.writeString(folder.resolve("own.yml"), "unmask:\n  tls:\n    cert: a\n");
        fails(
                3,
                "unmask: there is no setting unmask.tls.cert (from " + file + "); the nearest is unmask.tls.key",
                "--config",
                file.toString());
    }

    @Test
    void aFileThatIsNoYamlFailsTheStart() throws IOException {
        Path file = Files.writeString(folder.resolve("own.yml"), "unmask:\n  models: [a\n");
        assertThat(serve(2, "--config", file.toString()))
                .startsWith("unmask: Error reading property source [" + file + "]: while parsing a flow sequence")
                .hasLineCount(2);
    }

    @Test
    void aBundleThatDoesNotExistFailsTheStart() {
        fails(3, "unmask: there is no model bundle at /nosuch", "--port", "0", "--model", "/nosuch");
    }

    @Test
    void aPortInUseFailsTheStart() throws IOException {
        try (ServerSocket taken = new ServerSocket(0)) {
            fails(
                    3,
                    "unmask: cannot listen on micronaut.server.port " + taken.getLocalPort()
                            + " of all addresses: Address already in use",
                    "--port",
                    Integer.toString(taken.getLocalPort()));
        }
    }

    @Test
    void aGrpcPortInUseFailsTheStart() throws IOException {
        try (ServerSocket taken = new ServerSocket(0)) {
            assertThat(serve(3, "--port", "0", "--grpc-port", Integer.toString(taken.getLocalPort())))
                    .isEqualTo("unmask: cannot listen on unmask.grpc.port " + taken.getLocalPort()
                            + " of all addresses: Address already in use\n");
        }
    }

    @Test
    void aTlsFileThatCannotBeReadFailsTheStart() throws IOException {
        Path file =
                Files.writeString(folder.resolve("own.yml"), "unmask:\n  tls: {certificate: /no.crt, key: /no.key}\n");
        fails(
                3,
                "unmask: unmask.tls.certificate is /no.crt; it must be a file that this process may read",
                "--config",
                file.toString());
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, architectures = "amd64")
    void aCardThatCannotBeHadFailsTheStart() throws IOException {
        Path file = Files.writeString(folder.resolve("own.yml"), "unmask: {cuda-path: " + folder + "}\n");
        Files.writeString(folder.resolve("libcuda.so.1"), "no library");
        assertThat(serve(3, "--port", "0", "--device", "cuda:1,cuda:0", "--config", file.toString()))
                .startsWith("unmask: cannot load " + folder.resolve("libcuda.so.1") + ": ")
                .hasLineCount(1);
    }

    @Test
    void aDeviceThatIsNoneFailsTheStart() {
        fails(3, "unmask: unmask.device is tpu; it must be " + Choice.FORM, "--device", "tpu");
        fails(3, "unmask: unmask.precision is fp64; it must be auto, fp32, fp16 or bf16", "--precision", "fp64");
        fails(3, "unmask: unmask.execution is fast; it must be auto, plain, bound or graph", "--execution", "fast");
    }

    @Test
    void flagsThatCannotBeAreUsage() {
        fails(2, "unmask: port 65536 is not in 0..65535\nTry 'unmask serve --help'.", "--port", "65536");
        fails(2, "unmask: grpc-port -1 is not in 0..65535\nTry 'unmask serve --help'.", "--grpc-port", "-1");
        fails(2, "unmask: /nosuch is not a file that can be read\nTry 'unmask serve --help'.", "--config", "/nosuch");
        fails(2, "unmask: Unknown option: '--prot'\nTry 'unmask serve --help'.", "--prot");
    }

    private static void fails(int code, String message, String... args) {
        assertThat(serve(code, args)).isEqualTo(message + "\n");
    }

    private static String serve(int code, String... args) {
        StringWriter err = new StringWriter();
        assertThat(Serve.commandLine().setErr(new PrintWriter(err)).execute(args))
                .isEqualTo(code);
        return err.toString();
    }
}
