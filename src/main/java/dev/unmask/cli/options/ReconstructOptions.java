package dev.unmask.cli.options;

import dev.unmask.task.Masking;
import dev.unmask.task.Reconstruct.PatchStats;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// What is hidden, and how it is filled in. The values as they were given, for those who send them elsewhere.
public final class ReconstructOptions {

    @Option(
            names = "--ratio",
            paramLabel = "R",
            description = "Share of the patches to hide, in [0, 1) (default: 0.75).")
    public @Nullable Double ratio;

    @Option(
            names = "--seed",
            paramLabel = "S",
            description = "Which patches: the mask that torch.manual_seed(S) gives (default: 0).")
    public @Nullable Long seed;

    @Option(
            names = "--mask",
            paramLabel = "MASK",
            description = "Instead of a ratio: one character per patch, 1 hidden; or hidden patch numbers, as [3,17].")
    public @Nullable String mask;

    @Option(
            names = "--boxes",
            paramLabel = "X,Y,W,H",
            description =
                    "Instead of a ratio: boxes in pixels of the picture, ; between; the patches they touch are hidden.")
    public @Nullable String boxes;

    @Option(
            names = "--patch-stats",
            paramLabel = "FROM",
            defaultValue = "none",
            description =
                    "For models trained on normalised pixels: 'original' lends each patch the original's mean and deviation.")
    public PatchStats stats;

    public Masking masking() {
        return Masking.of(ratio, seed, null, mask, boxes);
    }
}
