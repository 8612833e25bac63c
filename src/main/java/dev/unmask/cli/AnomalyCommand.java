package dev.unmask.cli;

import dev.unmask.Card;
import dev.unmask.cli.options.AnomalyOptions;
import dev.unmask.job.AnomalyWork;
import dev.unmask.ort.DeviceModel;
import dev.unmask.task.Anomaly;
import dev.unmask.task.Anomaly.Finding;
import dev.unmask.task.AnomalyPanel;
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
import picocli.CommandLine.Spec;

/// `unmask anomaly`: how odd pictures are, and where.
@Command(
        name = "anomaly",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Show what in a picture the rest of it does not lead one to expect.",
            "Patches are hidden group by group; each is judged by how far the model's guess is from it."
        },
        footer = {
            "",
            "Examples:",
            "  unmask anomaly part.jpg -o heat.png",
            "  unmask anomaly parts/ --out scores.parquet --pictures heat/",
            "  unmask anomaly *.jpg --json | jq -r '[.score, .image] | @tsv' | sort -rn"
        })
final class AnomalyCommand implements Callable<Integer> {

    @Mixin
    ImageOptions pictures;

    @Mixin
    ResultOptions result;

    @Mixin
    AnomalyOptions judging;

    @Mixin
    JobOptions job;

    @Mixin
    ModelOptions model;

    @Spec
    CommandSpec spec;

    @Override
    public Integer call() {
        AnomalyWork.Options options = judging.options();
        if (JobOptions.isTable(result.out)) {
            return job.run(
                    pictures,
                    model,
                    result.table(),
                    result.json,
                    views -> new AnomalyWork(views, options, result.pictures != null));
        }
        job.requireUnused();
        Destination destination = result.destination(pictures.images);
        try (DeviceModel opened = model.open()) {
            Anomaly task = new Anomaly(opened, options.masks(), options.rounds(), options.seed(), options.top());
            opened.loadAhead(Set.of(Anomaly.wanted(opened.card())));
            return pictures.forEach(
                    opened.card(),
                    spec.commandLine().getErr(),
                    (image, view) -> report(image, task.run(view.pixels()), opened.card(), destination));
        }
    }

    private void report(Path image, Finding finding, Card card, Destination destination) {
        String summary = String.format(Locale.ROOT, "score %.3f · max %.3f", finding.score(), finding.max());
        destination.write(image, () -> draw(finding, card, summary));
        if (result.json) {
            Json.printLine(spec.commandLine().getOut(), facts(image, finding, card, destination));
        } else {
            spec.commandLine().getErr().println(image + " -> " + destination.of(image) + "  " + summary);
        }
    }

    private byte[] draw(Finding finding, Card card, String summary) {
        AnomalyWork.Options options = judging.options();
        int rounds = options.rounds();
        String passes = options.masks() + " masks · " + (rounds == 1 ? "" : rounds + " rounds · ");
        return AnomalyPanel.draw(finding, card.name() + " · " + passes + "seed " + options.seed() + " · " + summary);
    }

    private Map<String, @Nullable Object> facts(Path image, Finding finding, Card card, Destination destination) {
        Map<String, @Nullable Object> facts = new LinkedHashMap<>();
        facts.put("image", image.toString());
        facts.put("model", card.name());
        facts.put("digest", card.digest());
        AnomalyWork.Options options = judging.options();
        facts.put("masks", options.masks());
        facts.put("rounds", options.rounds());
        facts.put("seed", options.seed());
        facts.put("top", options.top());
        facts.put("score", finding.score());
        facts.put("max", finding.max());
        facts.put("patches", List.of(card.grid().rows(), card.grid().columns()));
        facts.put("map", finding.errors());
        facts.put("out", destination.of(image));
        return facts;
    }
}
