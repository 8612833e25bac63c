package dev.unmask.door;

import dev.unmask.Card;
import dev.unmask.UnmaskException;
import dev.unmask.image.Preset;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The options of a request by name. One that is not known is refused, since a misspelt option would be ignored.
public record Options(Map<String, String> values, List<Option<?>> known) {

    public static final Option<String> MODEL =
            Option.text("model", "name of the model that is to answer; by default the first that is served");
    public static final Option<Preset> PRESET = Option.choice(
            "preset",
            Preset.values(),
            null,
            "how a picture is brought to the model's size; by default as the model was trained. demo: bicubic, whatever"
                    + " the aspect. eval: bicubic, a bit larger, then the centre. hf: bilinear, whatever the aspect."
                    + " none: it already has that size");
    public static final Option<Boolean> EXIF = Option.flag("exif", "turn pictures as their EXIF orientation says");
    public static final Option<Long> TIMEOUT = Option.integer(
            "timeout_ms",
            null,
            1,
            Duration.ofHours(1).toMillis(),
            "milliseconds after which the caller waits no more; work that has not begun by then is not done (504)");

    /// What every route that takes pictures knows.
    public static final List<Option<?>> COMMON = List.of(MODEL, PRESET, EXIF, TIMEOUT);

    public Options {
        Set<String> names = known.stream().map(Option::name).collect(Collectors.toCollection(TreeSet::new));
        for (String name : values.keySet()) {
            if (!names.contains(name)) {
                throw UnmaskException.invalid(
                        "there is no option '" + name + "'; there are " + String.join(", ", names));
            }
        }
    }

    /// How pictures are brought to a model's size: as the model was trained, unless the request says.
    public Preset preset(Card card) {
        Preset given = given(PRESET);
        return given == null ? Preset.of(card.preprocess()) : given;
    }

    /// The option, or null if the request is silent.
    public <T> @Nullable T given(Option<T> option) {
        String text = values.get(option.name());
        return text == null ? null : option.reader().apply(text);
    }

    /// The option, or what it is when the request is silent.
    public <T> T get(Option<T> option) {
        T given = given(option);
        T value = given == null ? option.fallback() : given;
        if (value == null) {
            throw new IllegalStateException("option " + option.name() + " has no fallback");
        }
        return value;
    }
}
