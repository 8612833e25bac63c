package dev.unmask.web;

import dev.unmask.Card;
import dev.unmask.Mask;
import dev.unmask.Model;
import dev.unmask.PatchGrid;
import dev.unmask.Row;
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
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// `POST /v1/reconstruct`
///
/// @param png whether JSON holds the panels too
record ReconstructRoute(Masking masking, PatchStats stats, List<ReconstructionPanel> panels, boolean png)
        implements Route<Reconstruction> {

    static final Option<Double> RATIO = Option.number(
            "ratio",
            Schema.number("share of the patches that is hidden; " + Masking.DEFAULT_RATIO + " unless mask or boxes say")
                    .with("minimum", 0)
                    .with("exclusiveMaximum", 1),
            null);
    static final Option<Long> SEED = Option.integer(
            "seed",
            null,
            Long.MIN_VALUE,
            Long.MAX_VALUE,
            "draws the hidden patches, as torch.manual_seed(seed) does; 0 unless noise, mask or boxes say");
    static final Option<String> NOISE = Option.texts(
            "noise",
            "instead of a seed, a number for each patch with commas between; the largest are hidden",
            Schema.list(Schema.number("one"), "a number for each patch"));
    static final Option<String> MASK = Option.texts(
            "mask",
            "instead of ratio and seed, a character for each patch, 1 where hidden; or the numbers of the hidden patches"
                    + " with commas between",
            Schema.list(Schema.integer("one").with("minimum", 0), "numbers of the hidden patches"));
    static final Option<String> BOXES = Option.texts(
            "boxes",
            "instead of ratio and seed, boxes x,y,width,height in pixels of the picture, with semicolons between; every"
                    + " patch that one touches is hidden",
            Schema.list(Schema.list(Schema.number("one"), "x, y, width, height"), "boxes"));
    static final Option<PatchStats> PATCH_STATS = Option.choice(
            "patch_stats",
            PatchStats.values(),
            PatchStats.NONE,
            "original: a model that was trained on patches normalised one by one is lent their statistics");
    static final Option<List<ReconstructionPanel>> PANELS =
            Option.choices("panels", ReconstructionPanel.values(), "the pictures of image/png, from left to right");
    static final Option<Boolean> PNG = Option.flag("png", "tell the panels in JSON too, as base64");
    static final Menu MENU = Menu.of(RATIO, SEED, NOISE, MASK, BOXES, PATCH_STATS, PANELS, PNG);
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
                Masking.of(
                        options.given(RATIO),
                        options.given(SEED),
                        options.given(NOISE),
                        options.given(MASK),
                        options.given(BOXES)),
                options.get(PATCH_STATS),
                options.get(PANELS),
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
        Mask mask = reconstruction.mask();
        String footer = card.name() + " · " + (mask.patches() - mask.kept()) + " of " + mask.patches()
                + " patches hidden · loss " + String.format(Locale.ROOT, "%.4f", reconstruction.loss());
        return ReconstructionPanel.draw(panels, reconstruction, card.grid(), footer);
    }

    @Override
    public byte[] raw(Reconstruction reconstruction) {
        return reconstruction.patches().toBytes();
    }
}
