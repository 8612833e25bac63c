package dev.unmask.door;

import dev.unmask.task.Masking;
import dev.unmask.task.Reconstruct.PatchStats;
import dev.unmask.task.ReconstructionPanel;
import java.util.List;

/// How a request says which patches to hide, and how what the model fills in is told.
public final class ReconstructOptions {

    public static final Option<Double> RATIO = Option.number(
            "ratio",
            Schema.number("share of the patches that is hidden; " + Masking.DEFAULT_RATIO + " unless mask or boxes say")
                    .with("minimum", 0)
                    .with("exclusiveMaximum", 1),
            null);
    public static final Option<Long> SEED = Option.integer(
            "seed",
            null,
            Long.MIN_VALUE,
            Long.MAX_VALUE,
            "draws the hidden patches, as torch.manual_seed(seed) does; 0 unless noise, mask or boxes say");
    public static final Option<String> NOISE = Option.texts(
            "noise",
            "instead of a seed, a number for each patch with commas between; the largest are hidden",
            Schema.list(Schema.number("one"), "a number for each patch"));
    public static final Option<String> MASK = Option.texts(
            "mask",
            "instead of ratio and seed, a character for each patch, 1 where hidden; or the numbers of the hidden patches"
                    + " with commas between",
            Schema.list(Schema.integer("one").with("minimum", 0), "numbers of the hidden patches"));
    public static final Option<String> BOXES = Option.texts(
            "boxes",
            "instead of ratio and seed, boxes x,y,width,height in pixels of the picture, with semicolons between; every"
                    + " patch that one touches is hidden",
            Schema.list(Schema.list(Schema.number("one"), "x, y, width, height"), "boxes"));

    public static final Option<PatchStats> PATCH_STATS = Option.choice(
            "patch_stats",
            PatchStats.values(),
            PatchStats.NONE,
            "original: a model that was trained on patches normalised one by one is lent their statistics");
    public static final Option<List<ReconstructionPanel>> PANELS =
            Option.choices("panels", ReconstructionPanel.values(), "the pictures of image/png, from left to right");

    private ReconstructOptions() {}

    public static Masking masking(Options options) {
        return Masking.of(
                options.given(RATIO),
                options.given(SEED),
                options.given(NOISE),
                options.given(MASK),
                options.given(BOXES));
    }
}
