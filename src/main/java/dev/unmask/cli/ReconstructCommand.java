package dev.unmask.cli;

import dev.unmask.Card;
import dev.unmask.Mask;
import dev.unmask.Output;
import dev.unmask.job.ReconstructWork;
import dev.unmask.ort.DeviceModel;
import dev.unmask.task.Masking;
import dev.unmask.task.Reconstruct;
import dev.unmask.task.Reconstruct.PatchStats;
import dev.unmask.task.Reconstruct.Reconstruction;
import dev.unmask.task.ReconstructionPanel;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `unmask reconstruct`: hides patches of pictures and shows what the model fills in.
@Command(
        name = "reconstruct",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Hide patches of pictures and show what the model fills in.",
        footer = {
            "",
            "Examples:",
            "  unmask reconstruct photo.jpg -o out.png",
            "  unmask reconstruct photo.jpg -o out.png --ratio 0.5 --seed 2",
            "  unmask reconstruct photo.jpg -o new.png --boxes 40,60,90,80 --panels combined",
            "  unmask reconstruct *.jpg -o panels/ --json > losses.jsonl"
        })
final class ReconstructCommand implements Callable<Integer> {

    @Mixin
    ImageOptions pictures;

    @Mixin
    ResultOptions result;

    @Option(
            names = "--ratio",
            paramLabel = "R",
            description = "Share of the patches to hide, in [0, 1) (default: 0.75).")
    @Nullable
    Double ratio;

    @Option(
            names = "--seed",
            paramLabel = "S",
            description = "Which patches: the mask that torch.manual_seed(S) gives (default: 0).")
    @Nullable
    Long seed;

    @Option(
            names = "--mask",
            paramLabel = "MASK",
            description = "Instead of a ratio: one character per patch, 1 hidden; or hidden patch numbers, as [3,17].")
    @Nullable
    String mask;

    @Option(
            names = "--boxes",
            paramLabel = "X,Y,W,H",
            description =
                    "Instead of a ratio: boxes in pixels of the picture, ; between; the patches they touch are hidden.")
    @Nullable
    String boxes;

    @Option(
            names = "--panels",
            paramLabel = "PANELS",
            split = ",",
            defaultValue = "original,masked,reconstruction,combined",
            description = "Which of ${COMPLETION-CANDIDATES} to draw, in this order; one alone is drawn bare.")
    List<ReconstructionPanel> panels;

    @Option(
            names = "--patch-stats",
            paramLabel = "FROM",
            defaultValue = "none",
            description =
                    "For models trained on normalised pixels: 'original' lends each patch the original's mean and deviation.")
    PatchStats stats;

    @Mixin
    JobOptions job;

    @Mixin
    ModelOptions model;

    @Spec
    CommandSpec spec;

    @Override
    public Integer call() {
        Masking masking = Masking.of(ratio, seed, null, mask, boxes);
        if (JobOptions.isTable(result.out)) {
            List<ReconstructionPanel> drawn = result.pictures == null ? List.of() : panels;
            return job.run(
                    pictures,
                    model,
                    result.table(),
                    result.json,
                    views -> new ReconstructWork(views, masking, stats, drawn));
        }
        job.requireUnused();
        Destination destination = result.destination(pictures.images);
        try (DeviceModel opened = model.open()) {
            Reconstruct task = new Reconstruct(opened, stats);
            masking.check(opened.card().grid());
            opened.loadAhead(Set.of(Output.PATCHES));
            return pictures.forEach(opened.card(), spec.commandLine().getErr(), (image, view) -> {
                Mask chosen = masking.mask(opened.card().grid(), view.frame());
                report(image, masking, task.run(view.pixels(), chosen), opened.card(), destination);
            });
        }
    }

    private void report(
            Path image, Masking masking, Reconstruction reconstruction, Card card, Destination destination) {
        String summary = summary(masking, reconstruction, card);
        destination.write(image, () -> ReconstructionPanel.draw(panels, reconstruction, card.grid(), summary));
        if (result.json) {
            Json.printLine(spec.commandLine().getOut(), facts(image, masking, reconstruction, card, destination));
        } else {
            spec.commandLine().getErr().println(image + " -> " + destination.of(image) + "  " + summary);
        }
    }

    private static String summary(Masking masking, Reconstruction reconstruction, Card card) {
        Mask mask = reconstruction.mask();
        String seed = masking instanceof Masking.Random(double _, long value) ? " · seed " + value : "";
        String hidden = (mask.patches() - mask.kept()) + " of " + mask.patches() + " patches hidden";
        return card.name() + " · " + hidden + seed + " · loss "
                + String.format(Locale.ROOT, "%.4f", reconstruction.loss());
    }

    private static Map<String, @Nullable Object> facts(
            Path image, Masking masking, Reconstruction reconstruction, Card card, Destination destination) {
        Map<String, @Nullable Object> facts = new LinkedHashMap<>();
        facts.put("image", image.toString());
        facts.put("model", card.name());
        facts.put("digest", card.digest());
        if (masking instanceof Masking.Random(double ratio, long seed)) {
            facts.put("ratio", ratio);
            facts.put("seed", seed);
        }
        facts.put("mask", reconstruction.mask().toString());
        facts.put("patches", List.of(card.grid().rows(), card.grid().columns()));
        facts.put("kept", reconstruction.mask().kept());
        facts.put("loss", Double.isNaN(reconstruction.loss()) ? null : reconstruction.loss());
        facts.put("errors", reconstruction.errors());
        facts.put("out", destination.of(image));
        return facts;
    }
}
