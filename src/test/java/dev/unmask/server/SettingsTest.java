package dev.unmask.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unmask.batch.Policy;
import io.micronaut.context.ApplicationContext;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Each default, each key, and the refusals that fail the start.
class SettingsTest {

    @Test
    void defaultsAreThoseOfTheFileAndOfThePolicy() {
        Settings settings = settings(Map.of());
        assertThat(settings.models()).containsExactly("onnx/mae-tiny");
        assertThat(settings.device()).isEqualTo("cpu");
        assertThat(settings.policy()).isEqualTo(Policy.DEFAULT);
        assertThat(settings.decoders()).isEqualTo(Runtime.getRuntime().availableProcessors());
        assertThat(settings.pixelsInFlight()).isEqualTo(200_000_000);
        assertThat(settings.bytesInFlight()).isZero();
    }

    @Test
    void everyKeyIsRead() {
        Settings settings = settings(Map.of(
                "unmask.models", "a,b",
                "unmask.device", "cuda:1",
                "unmask.max-rows", 4,
                "unmask.max-tokens", 99,
                "unmask.max-delay", "PT0S",
                "unmask.queue-rows", 40,
                "unmask.decode-threads", 3,
                "unmask.pixels-in-flight", 300_000_000,
                "unmask.bytes-in-flight", 50_000_000));
        assertThat(settings.models()).containsExactly("a", "b");
        assertThat(settings.device()).isEqualTo("cuda:1");
        assertThat(settings.policy()).isEqualTo(new Policy(4, 99, Duration.ZERO, 40));
        assertThat(settings.decoders()).isEqualTo(3);
        assertThat(settings.pixelsInFlight()).isEqualTo(300_000_000);
        assertThat(settings.bytesInFlight()).isEqualTo(50_000_000);
    }

    @Test
    void howItLogsIsRead() {
        assertThat(settings(Map.of()).format()).isEqualTo(Logs.Format.PLAIN);
        assertThat(settings(Map.of()).accessLog()).isTrue();
        Settings settings = settings(Map.of("unmask.log-format", "json", "unmask.access-log", false));
        assertThat(settings.format()).isEqualTo(Logs.Format.JSON);
        assertThat(settings.accessLog()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "unmask.device|tpu|device 'tpu' is not cpu, cuda or cuda:N",
                "unmask.decode-threads|-1|unmask.decode-threads is -1; it is 0 to 1024",
                "unmask.log-format|xml|unmask.log-format is 'xml'; it is plain or json",
                "unmask.models||unmask.models names no bundle"
            })
    void impossibleValuesFailTheStart(String key, String value, String message) {
        assertThatThrownBy(() -> settings(Map.of(key, value == null ? "" : value)))
                .rootCause()
                .hasMessageContaining(message);
    }

    private static Settings settings(Map<String, Object> properties) {
        try (ApplicationContext context = ApplicationContext.builder()
                .properties(properties)
                .eagerInitSingletons(false)
                .build()) {
            return context.start().getBean(Settings.class);
        }
    }
}
