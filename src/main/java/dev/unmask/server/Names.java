package dev.unmask.server;

import io.micronaut.context.env.PropertySource;
import io.micronaut.context.env.PropertySource.PropertyConvention;
import io.micronaut.core.naming.NameUtils;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The names that settings have in files and -D properties (`unmask.keys[*].name`: of every element), or as environment
/// variables (`UNMASK_MAX_ROWS`; elements of lists have none).
record Names(Set<String> known, boolean variables) {

    private static final String ANY = "[*]";

    /// What the launcher passes to the Java code, and what the commands read: no settings of the service.
    private static final Set<String> OTHERS = Set.of("unmask.home", "unmask.natives", "UNMASK_DEBUG");

    /// Kubernetes tells each container of each service by such variables, so of one that is named unmask.
    private static final Pattern LINK = Pattern.compile("UNMASK_(.*_)?(SERVICE_HOST|SERVICE_PORT|PORT).*");

    /// Those that fit a source of settings.
    static Names of(Set<String> known, PropertySource source) {
        return source.getConvention() != PropertyConvention.ENVIRONMENT_VARIABLE
                ? new Names(known, false)
                : new Names(
                        known.stream()
                                .filter(name -> !name.contains(ANY))
                                .map(name -> name.toUpperCase(Locale.ROOT).replaceAll("[.-]", "_"))
                                .collect(Collectors.toSet()),
                        true);
    }

    /// Names of ours that a source uses, but that do not exist.
    List<String> unknown(PropertySource source) {
        List<String> used = new ArrayList<>();
        for (String key : source) {
            if (key.startsWith(variables ? "UNMASK_" : "unmask.")) {
                used.addAll(parts(key, source.get(key)));
            }
        }
        used.removeIf(this::isKnown);
        return used;
    }

    /// What to do about an unknown one.
    String hint(String name) {
        return variables && name.contains("[")
                ? "elements of lists are set in a file"
                : "the nearest is "
                        + known.stream()
                                .min(Comparator.comparingInt(one -> distance(one, name)))
                                .orElseThrow();
    }

    private boolean isKnown(String name) {
        String number = name.replaceAll("\\[[0-9]+]", ANY);
        return OTHERS.contains(name)
                || known.contains(variables ? name : NameUtils.hyphenate(number, true))
                || (variables && LINK.matcher(name).matches());
    }

    /// A setting by the names of its parts, if it is a list or a map.
    private static List<String> parts(String key, @Nullable Object value) {
        List<String> names = new ArrayList<>();
        if (value instanceof Collection<?> list) {
            list.forEach(element -> names.addAll(parts(key + ANY, element)));
        } else if (value instanceof Map<?, ?> map) {
            map.forEach((member, element) -> names.addAll(parts(key + "." + member, element)));
        } else if (!(key.endsWith(ANY) && "".equals(value))) { // how YAML's [] comes
            names.add(key);
        }
        return names;
    }

    /// Letters to insert, delete or replace until one is the other.
    private static int distance(String one, String other) {
        int[] row = new int[other.length() + 1];
        for (int j = 0; j <= other.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= one.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                int replaced = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[other.length()];
    }
}
