package dev.unmask.server;

import dev.unmask.UnmaskException;
import io.micronaut.context.ApplicationContext;
import io.micronaut.context.annotation.ConfigurationReader;
import io.micronaut.context.annotation.Context;
import io.micronaut.context.annotation.Property;
import io.micronaut.context.env.Environment;
import io.micronaut.context.env.PropertySource;
import io.micronaut.core.convert.ArgumentConversionContext;
import io.micronaut.core.convert.ConversionContext;
import io.micronaut.core.type.Argument;
import io.micronaut.inject.qualifiers.Qualifiers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/// Fails the start if a file, a -D property or an environment variable sets an `unmask.*` that does not exist, or to
/// what is no value of it: a limit that was mistyped is a limit that is not there. What exists is read off the settings
/// records.
@Context
final class SettingsCheck {

    private static final String PORT = "micronaut.server.port";
    private static final int ANY_PORT = -1; // as tests have it; 0 does the same

    /// Of which Micronaut takes its own default where they cannot be read.
    private static final Map<String, Argument<?>> OF_MICRONAUT =
            Map.of(PORT, Argument.of(int.class), "micronaut.server.idle-timeout", Argument.of(Duration.class));

    SettingsCheck(ApplicationContext context) {
        Map<String, Argument<?>> settings = settings(context);
        for (PropertySource source : context.getEnvironment().getPropertySources()) {
            Names names = Names.of(names(settings), source);
            for (String unknown : names.unknown(source)) {
                throw UnmaskException.invalid(
                        "there is no setting " + unknown + " (from " + source.getName() + "); " + names.hint(unknown));
            }
        }
        settings.putAll(OF_MICRONAUT);
        settings.forEach((name, argument) -> check(context.getEnvironment(), name, argument));
        Check.range(PORT, context.getRequiredProperty(PORT, Integer.class), ANY_PORT, 65_535);
    }

    /// Every setting of the records, by its name; `[*]` stands for the number of an element.
    static Map<String, Argument<?>> settings(ApplicationContext context) {
        Map<String, Argument<?>> settings = new TreeMap<>();
        context.getBeanDefinitions(Qualifiers.byStereotype(ConfigurationReader.class)).stream()
                .flatMap(record -> Stream.of(record.getConstructor().getArguments()))
                .forEach(argument -> argument.getAnnotationMetadata()
                        .stringValue(Property.class, "name")
                        .filter(name -> name.startsWith("unmask."))
                        .ifPresent(name -> settings.put(name, argument)));
        return settings;
    }

    private static Set<String> names(Map<String, Argument<?>> settings) {
        Set<String> names = new TreeSet<>(settings.keySet());
        settings.forEach((name, argument) -> {
            if (List.class.isAssignableFrom(argument.getType())) {
                names.add(name + "[*]");
            }
        });
        return names;
    }

    private static void check(Environment environment, String name, Argument<?> argument) {
        ArgumentConversionContext<?> conversion = ConversionContext.of(argument);
        boolean present = environment.getProperty(name, conversion).isPresent();
        conversion.getLastError().ifPresent(error -> {
            throw Check.refusal(name, error.getOriginalValue().orElse("nothing"), kind(argument.getType()));
        });
        if (argument.getType() == boolean.class) {
            environment.getProperty(name, String.class).ifPresent(text -> checkFlag(name, text));
        }
        if (!present && !argument.isNullable() && !name.contains("[*]")) {
            throw UnmaskException.invalid(name + " has no value");
        }
    }

    /// Every other text would be read as false.
    private static void checkFlag(String name, String text) {
        if (!text.equals("true") && !text.equals("false")) {
            throw Check.refusal(name, text, "true or false");
        }
    }

    private static String kind(Class<?> type) {
        if (type == Duration.class) {
            return "a duration such as 500ms, 30s or PT0.5S";
        }
        return type == int.class || type == long.class ? "a whole number" : "a " + type.getSimpleName();
    }
}
