package dev.unmask.cli;

import dev.unmask.Card;
import dev.unmask.Output;
import dev.unmask.ort.DeviceModel;
import dev.unmask.task.Classify;
import dev.unmask.task.Classify.Guess;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `unmask classify`: what pictures show.
@Command(
        name = "classify",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Say what pictures show, with a fine-tuned model.",
        footer = {"", "Example:", "  unmask classify photo.jpg --model mae-finetuned-base --top 3"})
final class ClassifyCommand implements Callable<Integer> {

    @Mixin
    ImageOptions pictures;

    @Option(
            names = "--top",
            paramLabel = "K",
            defaultValue = "5",
            description = "How many classes to print, the likeliest first (default: ${DEFAULT-VALUE}).")
    int top;

    @Mixin
    ModelOptions model;

    @Option(names = "--json", description = "Print one line of JSON per picture.")
    boolean json;

    @Spec
    CommandSpec spec;

    @Override
    public Integer call() {
        try (DeviceModel opened = model.open()) {
            Classify task = new Classify(opened, top);
            opened.loadAhead(Set.of(Output.LOGITS));
            Table table = new Table("image", ">probability", ">class", "label");
            int code = pictures.forEach(opened.card(), spec.commandLine().getErr(), (image, view) -> {
                List<Guess> guesses = task.run(view.pixels());
                if (json) {
                    Json.printLine(spec.commandLine().getOut(), facts(image, guesses, opened.card()));
                } else {
                    add(image, guesses, table);
                }
            });
            if (!json) {
                spec.commandLine().getOut().print(table);
                spec.commandLine().getOut().flush();
            }
            return code;
        }
    }

    private static void add(Path image, List<Guess> guesses, Table table) {
        String name = image.toString();
        for (Guess guess : guesses) {
            String percent = String.format(Locale.ROOT, "%.2f %%", 100 * guess.probability());
            table.add(name, percent, Integer.toString(guess.number()), guess.label());
            name = "";
        }
    }

    private static Map<String, Object> facts(Path image, List<Guess> guesses, Card card) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("image", image.toString());
        facts.put("model", card.name());
        facts.put("digest", card.digest());
        facts.put("top", guesses.stream().map(ClassifyCommand::facts).toList());
        return facts;
    }

    private static Map<String, Object> facts(Guess guess) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("class", guess.number());
        facts.put("label", guess.label());
        facts.put("probability", guess.probability());
        return facts;
    }
}
