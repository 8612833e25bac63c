package dev.unmask.cli.options;

import dev.unmask.Card;
import dev.unmask.image.Preset;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// How pictures are brought to a model.
public final class ViewOptions {

    @Option(
            names = "--exif",
            description = "Turn pictures as their EXIF orientation says; the reference loader does not.")
    public boolean exif;

    @Option(
            names = "--preset",
            paramLabel = "PRESET",
            description =
                    "How a picture is brought to the model's size: demo, eval, hf or none (default: the model's).")
    public @Nullable String preset;

    /// The preset that was asked for, or that of the model.
    public Preset preset(Card card) {
        return Preset.of(preset == null ? card.preprocess() : preset);
    }
}
