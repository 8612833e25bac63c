package dev.unmask.web;

import dev.unmask.Card;
import dev.unmask.Model;
import dev.unmask.PatchGrid;
import dev.unmask.Row;
import dev.unmask.door.Option;
import dev.unmask.door.Options;
import dev.unmask.door.ReconstructOptions;
import dev.unmask.door.Schema;
import dev.unmask.task.Listener;
import dev.unmask.task.Masking;
import dev.unmask.task.Reconstruct;
import dev.unmask.task.Reconstruct.PatchStats;
import dev.unmask.task.Reconstruct.Reconstruction;
import dev.unmask.task.ReconstructionPanel;
import dev.unmask.task.View;
import java.util.Base64;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// `POST /v1/reconstruct`
///
/// @param png whether JSON holds the panels too
record ReconstructRoute(Masking masking, PatchStats stats, List<ReconstructionPanel> panels, boolean png)
        implements Route<Reconstruction> {

    static final Option<Boolean> PNG = Option.flag("png", "tell the panels in JSON too, as base64");
    static final Menu MENU = Menu.of(
            ReconstructOptions.RATIO,
            ReconstructOptions.SEED,
            ReconstructOptions.NOISE,
            ReconstructOptions.MASK,
            ReconstructOptions.BOXES,
            ReconstructOptions.PATCH_STATS,
            ReconstructOptions.PANELS,
            PNG);
    static final Schema ANSWER = Schema.object("A picture filled in.")
            .mayHave("ratio", Schema.number("as used, if the mask was drawn by a seed"))
            .mayHave("seed", Schema.integer("as used, if the mask was drawn by a seed"))
            .has("mask", Schema.text("a character for each patch, 1 where hidden"))
            .has("kept", Schema.integer("visible patches"))
            .has(
                    "loss",
                    Schema.number("mean error of the hidden patches; null if none is hidden")
                            .orNull())
            .has("errors", Schema.list(Schema.number("one"), "mean squared error for each patch, by rows"))
            .mayHave("png", Schema.text("the panels, as base64 of a PNG file"));

    static ReconstructRoute of(Options options) {
        return new ReconstructRoute(
                ReconstructOptions.masking(options),
                options.get(ReconstructOptions.PATCH_STATS),
                options.get(ReconstructOptions.PANELS),
                options.get(PNG));
    }

    @Override
    public Function<List<View>, List<Reconstruction>> on(Model model) {
        Reconstruct task = new Reconstruct(model, stats);
        PatchGrid grid = model.card().grid();
        masking.check(grid);
        return views -> task.run(views.stream()
                .map(view -> new Row(view.pixels(), masking.mask(grid, view.frame())))
                .toList());
    }

    @Override
    public Set<Form> forms() {
        return EnumSet.allOf(Form.class);
    }

    @Override
    public void tell(Reconstruction reconstruction, String model, Listener listener) {
        listener.reconstructed(model, reconstruction.loss());
    }

    @Override
    public Map<String, @Nullable Object> facts(Reconstruction reconstruction, Card card) {
        Map<String, @Nullable Object> facts = new LinkedHashMap<>();
        if (masking instanceof Masking.Random(double ratio, long seed)) {
            facts.put("ratio", ratio);
            facts.put("seed", seed);
        }
        facts.put("mask", reconstruction.mask().toString());
        facts.put("kept", reconstruction.mask().kept());
        facts.put("loss", Double.isNaN(reconstruction.loss()) ? null : reconstruction.loss());
        facts.put("errors", reconstruction.errors());
        if (png) {
            facts.put("png", Base64.getEncoder().encodeToString(png(reconstruction, card)));
        }
        return facts;
    }

    @Override
    public byte[] png(Reconstruction reconstruction, Card card) {
        return ReconstructionPanel.draw(panels, reconstruction, card);
    }

    @Override
    public byte[] raw(Reconstruction reconstruction) {
        return reconstruction.patches().toBytes();
    }
}
