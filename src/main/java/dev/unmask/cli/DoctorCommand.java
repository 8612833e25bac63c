package dev.unmask.cli;

import dev.unmask.Card;
import dev.unmask.UnmaskException;
import dev.unmask.ort.DeviceModel;
import dev.unmask.ort.Engine;
import dev.unmask.ort.Engine.Library;
import dev.unmask.ort.Setup;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `unmask doctor`: what is here, and what would run where.
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Show Java, libraries, devices and the model, and what would run.")
final class DoctorCommand implements Callable<Integer> {

    @Mixin
    ModelOptions model;

    @Option(names = "--json", description = "Print JSON.")
    boolean json;

    @Spec
    CommandSpec spec;

    /// One question and its answer.
    private interface Question {
        String answer();
    }

    private final Map<String, String> answers = new LinkedHashMap<>();
    private boolean healthy = true;

    @Override
    public Integer call() {
        ask("unmask", Version::text);
        ask("java", DoctorCommand::java);
        ask("machine", DoctorCommand::machine);
        ask("device", this::device); // first, as it decides which libraries are loaded
        ask("onnx runtime", () -> "%s in %s".formatted(Engine.version(), Engine.folder()));
        ask("providers", () -> String.join(", ", Engine.providers()));
        ask("gpu", () -> Engine.gpu(DeviceOptions.folders()));
        ask("model", this::bundle);
        ask("would run", this::wouldRun);
        List<Library> libraries = Engine.libraries(DeviceOptions.folders());
        if (json) {
            Map<String, Object> facts = new LinkedHashMap<>(answers);
            facts.put("libraries", libraries);
            facts.put("healthy", healthy);
            Json.printPretty(spec.commandLine().getOut(), facts);
        } else {
            print(libraries);
        }
        return healthy ? Unmask.DONE : Unmask.CANNOT_RUN;
    }

    private void print(List<Library> libraries) {
        PrintWriter out = spec.commandLine().getOut();
        answers.forEach((question, answer) -> out.printf("%-13s %s%n", question, answer));
        Table table = new Table("library for cards", "version", "where");
        libraries.forEach(library -> table.add(library.name(), library.version(), library.where()));
        out.printf("%n%s", table);
        out.flush();
    }

    private void ask(String name, Question question) {
        try {
            answers.put(name, question.answer());
        } catch (UnmaskException failure) {
            answers.put(name, "NOT WELL: " + failure.getMessage());
            healthy = false;
        }
    }

    private String device() {
        Setup setup = model.where.setup(1);
        return setup.device().text() + " (" + setup.why() + ")";
    }

    private static String java() {
        return System.getProperty("java.runtime.version") + " (" + System.getProperty("java.vendor") + ") in "
                + System.getProperty("java.home");
    }

    private static String machine() {
        Runtime runtime = Runtime.getRuntime();
        return "%s %s, %d processors, heap up to %d MiB"
                .formatted(
                        System.getProperty("os.name"),
                        System.getProperty("os.arch"),
                        runtime.availableProcessors(),
                        runtime.maxMemory() >> 20);
    }

    private String bundle() {
        Card card = ModelOptions.bundle(model.model).card();
        return card.name() + ", " + card.flavour() + ", " + card.grid().width() + " x "
                + card.grid().height() + " px, licence " + card.license() + ", digest "
                + card.digest().substring(0, 12);
    }

    private String wouldRun() {
        try (DeviceModel opened = model.open()) {
            return opened.card().name() + " on " + DeviceOptions.text(opened.setup()) + ": "
                    + String.join(", ", opened.load(opened.card().outputs()));
        }
    }
}
