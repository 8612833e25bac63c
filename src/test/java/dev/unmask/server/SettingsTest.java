package dev.unmask.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unmask.batch.Policy;
import dev.unmask.image.Limits;
import dev.unmask.ort.CpuPlan;
import dev.unmask.ort.Device;
import dev.unmask.task.Caller;
import dev.unmask.task.Keys;
import io.micronaut.context.ApplicationContext;
import io.micronaut.http.server.HttpServerConfiguration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Each default, each key, and the refusals that fail the start.
class SettingsTest {

    private static final Path FILE = Path.of("src/main/resources/application.yml");

    @Test
    void defaultsAreThoseOfTheFileAndOfThePolicy() {
        try (ApplicationContext context = start(Map.of())) {
            Settings settings = context.getBean(Settings.class);
            assertThat(settings.models()).containsExactly("./onnx/mae-tiny");
            RunSettings run = context.getBean(RunSettings.class);
            assertThat(run.device()).isEqualTo("auto");
            assertThat(run.precision()).isEqualTo("auto");
            assertThat(run.execution()).isEqualTo("auto");
            assertThat(run.gpuMemoryLimit()).isZero();
            assertThat(run.cudaPath()).isEmpty();
            assertThat(settings.decoders()).isEqualTo(Runtime.getRuntime().availableProcessors());
            long heap = Runtime.getRuntime().maxMemory();
            assertThat(settings.pixels()).isEqualTo(Math.min(200_000_000, heap / 2 / Limits.BYTES_PER_PIXEL));
            assertThat(settings.limits()).isEqualTo(new Limits(Math.min(100_000_000, settings.pixels()), 20_000));
            Plan plan = context.getBean(Plan.class);
            CpuPlan cores = CpuPlan.of(Runtime.getRuntime().availableProcessors(), 0, 0, 0);
            assertThat(plan.policy()).isEqualTo(Policy.DEFAULT);
            assertThat(plan.gpu()).isFalse();
            assertThat(plan.lanes())
                    .hasSize(cores.lanes())
                    .allSatisfy(lane -> assertThat(lane.device()).isEqualTo(new Device.Cpu(cores.threads())));
            assertThat(settings.bytesInFlight()).isZero();
            assertThat(settings.requestTimeout()).isEqualTo(Duration.ofSeconds(30));
            assertThat(settings.shutdownGrace()).isEqualTo(Duration.ofSeconds(20));
            assertThat(settings.modelControl()).isFalse();
            assertThat(settings.format()).isEqualTo(Logs.Format.PLAIN);
            assertThat(settings.accessLog()).isTrue();
            assertThat(settings.modelFolder()).isEqualTo(Path.of("./onnx"));
            assertThat(context.getBean(CorsSettings.class).origins()).isEmpty();
            assertThat(context.getBean(GrpcSettings.class)).isEqualTo(new GrpcSettings(true, 0, 64 << 20, 1000));
            assertThat(context.getBean(TlsSettings.class)).isEqualTo(new TlsSettings(null, null, null));
            assertThat(context.getBean(Keys.class).caller(List.of(), List.of())).isEqualTo(Caller.ANYONE);
            assertThat(context.getBean(HttpServerConfiguration.class).getMaxRequestSize())
                    .isEqualTo(32 << 20);
        }
    }

    @Test
    void everyKeyIsRead() {
        String digest = Keys.sha256("secret");
        Map<String, Object> properties = new LinkedHashMap<>(Map.of(
                "unmask.models", "a,b",
                "unmask.device", "cuda:1,cuda:0",
                "unmask.max-rows", 4,
                "unmask.max-tokens", 99,
                "unmask.max-delay", "0s",
                "unmask.queue-rows", 40,
                "unmask.decode-threads", 3,
                "unmask.pixels-in-flight", 3_000_000,
                "unmask.bytes-in-flight", 50_000_000));
        properties.putAll(Map.of(
                "unmask.precision", "bf16",
                "unmask.execution", "bound",
                "unmask.gpu-memory-limit", "2GB",
                "unmask.cuda-path", "/a:/b"));
        properties.putAll(Map.of(
                "unmask.log-format", "json", "unmask.access-log", false, "unmask.lanes", 5, "unmask.threads", 6));
        properties.putAll(Map.of(
                "unmask.request-timeout",
                "5s",
                "unmask.shutdown-grace",
                "PT1M",
                "unmask.model-control",
                true,
                "unmask.model-folder",
                "elsewhere",
                "unmask.cors.origins",
                List.of("https://a.example", "http://localhost:3000"),
                "unmask.grpc.enabled",
                false,
                "unmask.grpc.port",
                9001,
                "unmask.grpc.max-message-size",
                "1MB",
                "unmask.grpc.max-concurrent-calls",
                7));
        properties.putAll(Map.of(
                "unmask.tls.certificate", "a.pem",
                "unmask.tls.key", "b.pem",
                "unmask.tls.client-ca", "c.pem",
                "unmask.keys",
                        List.of(Map.of("name", "n", "sha256", digest, "models", List.of("a", "b"), "admin", true))));
        try (ApplicationContext context = start(properties)) {
            Settings settings = context.getBean(Settings.class);
            assertThat(settings.models()).containsExactly("a", "b");
            assertThat(context.getBean(RunSettings.class))
                    .isEqualTo(new RunSettings(
                            "cuda:1,cuda:0", "bf16", "bound", 5, 6, 4, 99, Duration.ZERO, 40, 2L << 30, "/a:/b"));
            assertThat(settings.decoders()).isEqualTo(3);
            assertThat(settings.pixels()).isEqualTo(3_000_000);
            assertThat(settings.limits()).isEqualTo(new Limits(3_000_000, 20_000));
            assertThat(settings.bytesInFlight()).isEqualTo(50_000_000);
            assertThat(settings.requestTimeout()).isEqualTo(Duration.ofSeconds(5));
            assertThat(settings.shutdownGrace()).isEqualTo(Duration.ofMinutes(1));
            assertThat(settings.modelControl()).isTrue();
            assertThat(settings.format()).isEqualTo(Logs.Format.JSON);
            assertThat(settings.accessLog()).isFalse();
            assertThat(settings.modelFolder()).isEqualTo(Path.of("elsewhere"));
            assertThat(context.getBean(CorsSettings.class).origins())
                    .containsExactly("https://a.example", "http://localhost:3000");
            assertThat(context.getBean(GrpcSettings.class)).isEqualTo(new GrpcSettings(false, 9001, 1 << 20, 7));
            assertThat(context.findBean(GrpcServer.class)).isEmpty();
            assertThat(context.getBean(TlsSettings.class))
                    .isEqualTo(new TlsSettings(Path.of("a.pem"), Path.of("b.pem"), Path.of("c.pem")));
            assertThat(context.getBean(Keys.class).caller(List.of("Bearer secret"), List.of()))
                    .isEqualTo(new Caller("n", Set.of("a", "b"), true));
        }
    }

    @Test
    void everySettingIsDocumentedInTheFile() throws IOException {
        String file = Files.readString(FILE);
        try (ApplicationContext context = start(Map.of())) {
            assertThat(SettingsCheck.settings(context).keySet())
                    .hasSizeGreaterThan(15)
                    .allSatisfy(name -> assertThat(file)
                            .as(name)
                            .containsPattern("(?m)^[ #-]*" + name.substring(name.lastIndexOf('.') + 1) + ":.*"));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "unmask.device|tpu|unmask.device is tpu; it must be auto, cpu, cuda:N, tensorrt:N, or cards such as "
                        + "cuda:0,cuda:1",
                "unmask.device|cuda:0,cpu|unmask.device is cuda:0,cpu; it must be auto, cpu, cuda:N",
                "unmask.device|cuda:0,cuda:0|unmask.device is cuda:0,cuda:0; it must be auto, cpu, cuda:N",
                "unmask.device|cuda:0,tensorrt:1|unmask.device is cuda:0,tensorrt:1; it must be auto, cpu, cuda:N",
                "unmask.precision|int8|unmask.precision is int8; it must be auto, fp32, fp16 or bf16",
                "unmask.execution|fast|unmask.execution is fast; it must be auto, plain, bound or graph",
                "unmask.gpu-memory-limit|-1|unmask.gpu-memory-limit is -1; it must be 0 to 1099511627776",
                "unmask.models||unmask.models names no bundle",
                "unmask.max-rows||unmask.max-rows has no value",
                "unmask.grpc.enabled|perhaps|unmask.grpc.enabled is perhaps; it must be true or false",
                "unmask.access-log|1|unmask.access-log is 1; it must be true or false",
                "unmask.models|,|unmask.models names no bundle",
                "unmask.max-rows|-1|unmask.max-rows is -1; it must be 0 to 1024",
                "unmask.lanes|-1|unmask.lanes is -1; it must be 0 to 1024",
                "unmask.threads|1025|unmask.threads is 1025; it must be 0 to 1024",
                "unmask.max-rows|many|unmask.max-rows is many; it must be a whole number",
                "unmask.max-rows|600|unmask.queue-rows is 512; it must be at least unmask.max-rows, 600",
                "unmask.max-tokens|-1|unmask.max-tokens is -1; it must be 0 to 1048576",
                "unmask.max-delay|soon|unmask.max-delay is soon; it must be a duration such as 500ms, 30s or PT0.5S",
                "unmask.max-delay|61s|unmask.max-delay is PT1M1S; it must be PT0S to PT1M",
                "unmask.queue-rows|4|unmask.queue-rows is 4; it must be at least unmask.max-rows, 8",
                "unmask.queue-rows|99999999999|unmask.queue-rows is 99999999999; it must be a whole number",
                "unmask.decode-threads|-1|unmask.decode-threads is -1; it must be 0 to 1024",
                "unmask.pixels-in-flight|-1|unmask.pixels-in-flight is -1; it must be 0 to",
                "unmask.request-timeout|0s|unmask.request-timeout is PT0S; it must be PT0.001S to PT1H",
                "unmask.shutdown-grace|-1s|unmask.shutdown-grace is PT-1S; it must be PT0S to PT1H",
                "unmask.grpc.port|65536|unmask.grpc.port is 65536; it must be 0 to 65535",
                "unmask.grpc.max-message-size|1|unmask.grpc.max-message-size is 1; it must be 1024 to 2147483647",
                "unmask.grpc.max-message-size|12Q|unmask.grpc.max-message-size is 12Q; it must be a whole number",
                "unmask.grpc.max-concurrent-calls|0|unmask.grpc.max-concurrent-calls is 0; it must be 1 to 1048576",
                "unmask.log-format|xml|unmask.log-format is xml; it must be plain or json",
                "unmask.max-row|4|there is no setting unmask.max-row (from context); the nearest is unmask.max-rows",
                "unmask.keys|abc|there is no setting unmask.keys (from context); the nearest is unmask.lanes",
                "unmask.keys[0].shA|a|there is no setting unmask.keys[0].shA (from context); the nearest is unmask.keys[*].name",
                "unmask.keys[0].name|a|unmask.keys[0].sha256 is missing",
                "unmask.keys[0].sha256|um-abc|unmask.keys[0].sha256 has 6 characters; it must be the SHA-256 of a key, "
                        + "64 hexadecimal digits (unmask key makes one)",
                "unmask.cors.origins|*|unmask.cors.origins is *; it must be exact origins such as https://app.example.org, "
                        + "without a path or *",
                "unmask.cors.origins|https://a/|unmask.cors.origins is https://a/; it must be exact origins such as "
                        + "https://app.example.org, without a path or *",
                "unmask.tls.key|a|unmask.tls.certificate is missing; a certificate and its key go together",
                "unmask.tls.certificate|a|unmask.tls.key is missing; a certificate and its key go together",
                "unmask.tls.client-ca|a|unmask.tls.certificate is missing; unmask.tls.client-ca needs it",
                "micronaut.server.port|http|micronaut.server.port is http; it must be a whole number",
                "micronaut.server.port|65536|micronaut.server.port is 65536; it must be -1 to 65535",
                "micronaut.server.idle-timeout|5x|micronaut.server.idle-timeout is 5x; it must be a duration such as "
                        + "500ms, 30s or PT0.5S"
            })
    void impossibleValuesFailTheStart(String key, String value, String message) {
        assertThatThrownBy(() -> start(Map.of(key, value == null ? "" : value)).close())
                .rootCause()
                .hasMessageStartingWith(message);
    }

    @Test
    void aKeyNeedsModels() {
        assertThatThrownBy(() -> start(
                                Map.of("unmask.keys", List.of(Map.of("name", "n", "sha256", Keys.sha256("secret")))))
                        .close())
                .rootCause()
                .hasMessage("unmask.keys[0].models is missing");
    }

    /// As far as the service itself goes before it opens its port.
    private static ApplicationContext start(Map<String, Object> properties) {
        ApplicationContext context =
                ApplicationContext.builder().properties(properties).start();
        try {
            context.getBean(Settings.class);
            context.getBean(RunSettings.class);
            context.getBean(TlsSettings.class);
            context.getBean(CorsSettings.class);
            context.getBean(GrpcSettings.class);
            context.getBean(Keys.class);
            return context;
        } catch (RuntimeException e) {
            context.close();
            throw e;
        }
    }
}
