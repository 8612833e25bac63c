package dev.unmask.door;

import dev.unmask.task.Anomaly;

/// How a request says with which groups of hidden patches a picture is judged.
public final class AnomalyOptions {

    public static final Option<Long> MASKS = Option.integer(
            "masks",
            4L,
            2,
            Anomaly.MAX_PASSES,
            "groups of patches that are hidden in turn; at most as many as there are patches");
    public static final Option<Long> ROUNDS = Option.integer(
            "rounds",
            1L,
            1,
            Anomaly.MAX_PASSES / 2,
            "how often every patch is judged; masks x rounds is at most " + Anomaly.MAX_PASSES);
    public static final Option<Long> SEED = Option.integer(
            "seed", 0L, Long.MIN_VALUE, Long.MAX_VALUE, "draws the groups, as torch.manual_seed(seed) does");
    public static final Option<Double> TOP = Option.number(
            "top",
            Schema.number("share of the patches whose mean error scores the picture, at least one patch")
                    .with("exclusiveMinimum", 0)
                    .with("maximum", 1),
            0.02);

    private AnomalyOptions() {}
}
