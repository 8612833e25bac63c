package dev.unmask.job;

import dev.unmask.Card;
import dev.unmask.Model;
import dev.unmask.Placement;
import dev.unmask.image.Limits;
import dev.unmask.image.Preset;
import dev.unmask.task.Listener;
import dev.unmask.task.PixelsInFlight;
import dev.unmask.task.View;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/// How pictures become what a model sees, and in how large batches it takes them.
///
/// @param rows of the model that one batch has
/// @param runs batches at once
public record Views(Model model, Preset preset, boolean exif, int rows, int runs, PixelsInFlight pixels) {

    /// What decoding may take of the memory of this process.
    private static final int SHARE = 4;

    public static Views of(Model model, Preset preset, boolean exif, int rows, int runs) {
        long most = Runtime.getRuntime().maxMemory() / SHARE / Limits.BYTES_PER_PIXEL;
        PixelsInFlight pixels = new PixelsInFlight(Limits.DEFAULT, Math.max(Limits.DEFAULT.maxPixels(), most));
        return new Views(model, preset, exif, rows, runs, pixels);
    }

    Card card() {
        return model.card();
    }

    /// What rows depend on whatever the task: it comes first, then what the task adds.
    Map<String, String> identity(String task) {
        Map<String, String> identity = new LinkedHashMap<>();
        identity.put("task", task);
        identity.put("model", card().name());
        identity.put("digest", card().digest());
        identity.put(
                "precision",
                model.placements().stream()
                        .map(Placement::precision)
                        .distinct()
                        .sorted()
                        .collect(Collectors.joining(",")));
        identity.put("preset", preset.toString());
        identity.put("exif", String.valueOf(exif));
        return identity;
    }

    Prepared<View> prepare(byte[] file) throws InterruptedException {
        View view = pixels.view(file, exif, preset, card(), Listener.NONE);
        return new Prepared<>(view.width(), view.height(), view);
    }
}
