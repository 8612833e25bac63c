package dev.unmask.cli;

import dev.unmask.Tensor;
import dev.unmask.ort.OrtModel;
import dev.unmask.task.Embed;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `unmask embed`: pictures to vectors, one line of JSON each.
@Command(
        name = "embed",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Turn pictures into vectors: one line of JSON per picture.",
        footer = {"", "Example:", "  unmask embed photo.jpg --pool mean | jq .embedding"})
final class EmbedCommand implements Callable<Integer> {

    @Mixin
    ImageOptions pictures;

    @Option(
            names = "--pool",
            paramLabel = "POOL",
            defaultValue = "cls",
            description = "cls, mean, or patches for one vector per patch (default: ${DEFAULT-VALUE}).")
    String pool;

    @Mixin
    ModelOptions model;

    @Spec
    CommandSpec spec;

    @Override
    public Integer call() {
        Embed.Pool chosen = Embed.Pool.parse(pool);
        try (OrtModel opened = model.open()) {
            Embed task = new Embed(opened, chosen);
            opened.loadAhead(Set.of(chosen.output()));
            return pictures.forEach(opened.card(), spec.commandLine().getErr(), (image, view) -> {
                Map<String, Object> facts = new LinkedHashMap<>();
                facts.put("image", image.toString());
                facts.put("model", opened.card().name());
                facts.put("digest", opened.card().digest());
                facts.put("pool", chosen.toString());
                facts.put("embedding", nested(task.run(view.pixels())));
                Json.printLine(spec.commandLine().getOut(), facts);
            });
        }
    }

    private static Object nested(Tensor tensor) {
        if (tensor.shape().length == 1) {
            return tensor.toFloats();
        }
        List<Object> rows = new ArrayList<>();
        for (int row = 0; row < tensor.shape()[0]; row++) {
            rows.add(nested(tensor.row(row)));
        }
        return rows;
    }
}
