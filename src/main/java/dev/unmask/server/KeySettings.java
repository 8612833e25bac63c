package dev.unmask.server;

import dev.unmask.UnmaskException;
import dev.unmask.task.Caller;
import dev.unmask.task.Keys;
import io.micronaut.context.annotation.EachProperty;
import io.micronaut.context.annotation.Parameter;
import io.micronaut.core.bind.annotation.Bindable;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One of `unmask.keys`. Refusals do not show the digest: somebody may have put the key itself there.
///
/// @param name for messages
/// @param sha256 of the key, 64 hexadecimal digits
/// @param models that the key opens, or *
/// @param admin whether it loads and unloads them
@EachProperty(value = "unmask.keys", list = true)
record KeySettings(
        @Parameter Integer index,
        @Nullable String name,
        @Nullable String sha256,
        @Nullable List<String> models,
        @Bindable(defaultValue = "false") boolean admin) {

    private static final String SHA256 = "[0-9a-f]{64}";

    Keys.Key key() {
        String digest = present("sha256", sha256).toLowerCase(Locale.ROOT);
        if (!digest.matches(SHA256)) {
            throw UnmaskException.invalid(key("sha256") + " has " + digest.length()
                    + " characters; it must be the SHA-256 of a key, 64 hexadecimal digits (unmask key makes one)");
        }
        return new Keys.Key(digest, new Caller(present("name", name), Set.copyOf(present("models", models)), admin));
    }

    private <T> T present(String member, @Nullable T value) {
        if (value == null || value.equals("") || value.equals(List.of())) {
            throw UnmaskException.invalid(key(member) + " is missing");
        }
        return value;
    }

    private String key(String member) {
        return "unmask.keys[" + index + "]." + member;
    }
}
