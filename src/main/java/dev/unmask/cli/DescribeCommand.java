package dev.unmask.cli;

import dev.unmask.Card;
import dev.unmask.task.Describe;
import dev.unmask.task.Describe.Stage;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.ToLongFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `unmask describe`: what a model is made of.
@Command(
        name = "describe",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Show the stages from photo to reconstruction: shapes, parameters, multiply-adds.")
final class DescribeCommand implements Callable<Integer> {

    @Mixin
    BundleParameter bundle;

    @Option(
            names = "--ratio",
            paramLabel = "R",
            defaultValue = "0.75",
            description = "Share of the patches that is hidden, in [0, 1) (default: ${DEFAULT-VALUE}).")
    double ratio;

    @Option(names = "--json", description = "Print JSON.")
    boolean json;

    @Spec
    CommandSpec spec;

    @Override
    public Integer call() {
        Card card = bundle.open().card();
        List<Stage> stages = Describe.stages(card, ratio);
        if (json) {
            Map<String, Object> facts = new LinkedHashMap<>();
            facts.put("model", card.name());
            facts.put("license", card.license());
            facts.put("source", card.source());
            facts.put("flavour", card.flavour());
            facts.put("digest", card.digest());
            facts.put("ratio", ratio);
            facts.put("stages", stages);
            Json.printPretty(spec.commandLine().getOut(), facts);
        } else {
            print(card, stages);
        }
        return Unmask.DONE;
    }

    private void print(Card card, List<Stage> stages) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(
                card.name() + ": " + card.flavour() + " checkpoint " + card.source() + ", licence " + card.license());
        out.println(card.grid().width() + " x " + card.grid().height() + " px in patches of "
                + card.grid().patch() + ", " + card.grid().visible(ratio) + " of "
                + card.grid().patches() + " visible (ratio " + ratio + ")");
        out.println();
        Table table = new Table("stage", "values of one picture", ">parameters", ">multiply-adds");
        for (Stage stage : stages) {
            table.add(stage.name(), stage.shape(), count(stage.parameters()), giga(stage.multiplyAdds()));
        }
        table.add("total", "", count(sum(stages, Stage::parameters)), giga(sum(stages, Stage::multiplyAdds)));
        out.print(table);
        out.flush();
    }

    private static long sum(List<Stage> stages, ToLongFunction<Stage> number) {
        return stages.stream().mapToLong(number).sum();
    }

    private static String count(long number) {
        return number == 0 ? "" : String.format(Locale.ROOT, "%,d", number);
    }

    private static String giga(long number) {
        return number == 0 ? "" : String.format(Locale.ROOT, "%.3f G", number / 1e9);
    }
}
