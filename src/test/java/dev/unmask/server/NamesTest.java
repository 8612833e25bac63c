package dev.unmask.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.micronaut.context.env.MapPropertySource;
import io.micronaut.context.env.PropertySource;
import io.micronaut.context.env.PropertySource.PropertyConvention;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Which names exist, where.
class NamesTest {

    private static final Set<String> KNOWN =
            Set.of("unmask.max-rows", "unmask.models", "unmask.models[*]", "unmask.tls.key", "unmask.keys[*].name");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UNMASK_MAX_ROWS",
                "UNMASK_TLS_KEY",
                "UNMASK_DEBUG",
                "UNMASK_SERVICE_HOST",
                "UNMASK_PORT",
                "UNMASK_PORT_8000_TCP_ADDR",
                "UNMASK_GPU_SERVICE_PORT_HTTP",
                "HOME"
            })
    void variablesOfSettingsAndOfOthersAreKnown(String variable) {
        assertThat(unknown(variables(Map.of(variable, "x")))).isEmpty();
    }

    @Test
    void aMistypedVariableIsUnknown() {
        PropertySource source = variables(Map.of("UNMASK_MAX_ROW", "1"));
        assertThat(unknown(source)).containsExactly("UNMASK_MAX_ROW");
        assertThat(Names.of(KNOWN, source).hint("UNMASK_MAX_ROW")).isEqualTo("the nearest is UNMASK_MAX_ROWS");
    }

    /// Micronaut would silently ignore them, and let everybody in.
    @Test
    void elementsOfListsHaveNoVariables() {
        PropertySource source = variables(Map.of("UNMASK_KEYS[0]NAME", "x"));
        assertThat(unknown(source)).containsExactly("UNMASK_KEYS[0]NAME");
        assertThat(Names.of(KNOWN, source).hint("UNMASK_KEYS[0]NAME")).isEqualTo("elements of lists are set in a file");
    }

    @Test
    void listsAndMapsOfAFileAreKnownByTheirParts() {
        assertThat(unknown(PropertySource.of(
                        "file",
                        Map.of(
                                "unmask.models",
                                List.of("a", "b"),
                                "unmask.maxRows",
                                1,
                                "unmask.home",
                                "x",
                                "unmask.keys",
                                List.of(Map.of("name", "a", "colour", "b"))))))
                .containsExactly("unmask.keys[*].colour");
        assertThat(unknown(PropertySource.of("file", Map.of("unmask.keys", List.of("a")))))
                .containsExactly("unmask.keys[*]");
        assertThat(unknown(PropertySource.of("file", Map.of("unmask.keys.a.name", "a"))))
                .containsExactly("unmask.keys.a.name");
        assertThat(unknown(PropertySource.of("file", Map.of("unmask.keys", List.of("")))))
                .isEmpty();
    }

    private static List<String> unknown(PropertySource source) {
        return Names.of(KNOWN, source).unknown(source);
    }

    private static PropertySource variables(Map<String, String> values) {
        return new MapPropertySource("env", values) {
            @Override
            public PropertyConvention getConvention() {
                return PropertyConvention.ENVIRONMENT_VARIABLE;
            }
        };
    }
}
