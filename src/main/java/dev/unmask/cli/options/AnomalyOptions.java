package dev.unmask.cli.options;

import dev.unmask.job.AnomalyWork;
import picocli.CommandLine.Option;

/// How patches are judged.
public final class AnomalyOptions {

    @Option(
            names = "--masks",
            paramLabel = "K",
            defaultValue = "4",
            description = "Groups of patches that are hidden in turn (default: ${DEFAULT-VALUE}).")
    private int masks;

    @Option(
            names = "--rounds",
            paramLabel = "R",
            defaultValue = "1",
            description = "How often each patch is judged, in other groups each time (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--seed",
            paramLabel = "SEED",
            defaultValue = "0",
            description = "Draws the groups (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--top",
            paramLabel = "Q",
            defaultValue = "0.02",
            description = "The score is the mean error of this share of the patches, the oddest"
                    + " (default: ${DEFAULT-VALUE}).")
    private double top;

    public AnomalyWork.Options options() {
        return new AnomalyWork.Options(masks, rounds, seed, top);
    }
}
