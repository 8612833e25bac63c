package dev.unmask.web;

import dev.unmask.Model;
import dev.unmask.image.Preset;
import dev.unmask.task.Catalog;
import dev.unmask.task.Preparation;
import dev.unmask.task.View;
import java.util.List;

/// A request whose model was found and whose pictures were decoded.
record Prepared(Model model, List<View> views) {

    /// Finds the model first, so that a wrong name costs no decoding.
    static Prepared of(Asked asked, Catalog catalog, Preparation preparation, Timing timing) {
        Options options = asked.options();
        Model model = catalog.find(options.text("model"));
        Preset preset = Preset.of(options.text("preset", model.card().preprocess()));
        boolean exif = options.flag("exif");
        return timing.of(
                "decode",
                () -> new Prepared(
                        model,
                        asked.images().stream()
                                .map(image -> preparation.view(image, exif, preset, model.card()))
                                .toList()));
    }
}
