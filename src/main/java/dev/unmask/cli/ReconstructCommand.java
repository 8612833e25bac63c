package dev.unmask.cli;

import dev.unmask.Card;
import dev.unmask.Mask;
import dev.unmask.Output;
import dev.unmask.cli.options.ReconstructOptions;
import dev.unmask.job.ReconstructWork;
import dev.unmask.ort.DeviceModel;
import dev.unmask.task.Masking;
import dev.unmask.task.Reconstruct;
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

    @Mixin
    ReconstructOptions filling;

    @Option(
            names = "--panels",
            paramLabel = "PANELS",
            split = ",",
            defaultValue = "original,masked,reconstruction,combined",
            description = "Which of ${COMPLETION-CANDIDATES} to draw, in this order; one alone is drawn bare.")
    List<ReconstructionPanel> panels;

    @Mixin
    JobOptions job;

    @Mixin
    ModelOptions model;

    @Spec
    CommandSpec spec;

    @Override
    public Integer call() {
        Masking masking = filling.masking();
        if (JobOptions.isTable(result.out)) {
            List<ReconstructionPanel> drawn = result.pictures == null ? List.of() : panels;
            return job.run(
                    pictures,
                    model,
                    result.table(),
                    result.json,
                    views -> new ReconstructWork(views, masking, filling.stats, drawn));
        }
        job.requireUnused();
        Destination destination = result.destination(pictures.images);
        try (DeviceModel opened = model.open()) {
            Reconstruct task = new Reconstruct(opened, filling.stats);
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
