package dev.unmask.cli;

import dev.unmask.job.EmbedWork;
import dev.unmask.ort.DeviceModel;
import dev.unmask.task.Embed;
import dev.unmask.task.Embed.Pool;
import dev.unmask.task.Embedding;
import dev.unmask.task.Embedding.Dtype;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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
        description = {
            "Turn pictures into vectors: one line of JSON per picture, or a table of any number of them.",
            "A table is a folder of shards. A job that was stopped goes on with the same command."
        },
        footer = {
            "",
            "Examples:",
            "  unmask embed photo.jpg --pool mean | jq .embedding",
            "  unmask embed *.jpg --normalize --dtype int8 > vectors.jsonl",
            "  unmask embed photos/ --out photos.parquet",
            "  unmask embed 'shards/*.tar' --out vectors.npy --dtype float16 --device cuda:0"
        })
final class EmbedCommand implements Callable<Integer> {

    @Mixin
    ImageOptions pictures;

    @Option(
            names = "--pool",
            paramLabel = "POOL",
            defaultValue = "cls",
            description = "cls, mean, or patches for one vector per patch (default: ${DEFAULT-VALUE}).")
    String pool;

    @Option(names = "--normalize", description = "Bring each vector to length 1.")
    boolean normalize;

    @Option(
            names = "--dtype",
            paramLabel = "DTYPE",
            defaultValue = "float32",
            description =
                    "float32, float16, int8 (a scale beside it turns it back) or binary (signs, eight to a number);"
                            + " default: ${DEFAULT-VALUE}.")
    String dtype;

    @Option(
            names = {"-o", "--out"},
            paramLabel = "OUT",
            description = "A table, TABLE.parquet, .npy or .jsonl, instead of lines on standard output.")
    @Nullable
    String out;

    @Mixin
    JobOptions job;

    @Option(names = "--json", description = "With a table: print the summary as JSON on standard output.")
    boolean json;

    @Mixin
    ModelOptions model;

    @Spec
    CommandSpec spec;

    @Override
    public Integer call() {
        Pool chosen = Pool.parse(pool);
        Dtype stored = Dtype.parse(dtype);
        if (out != null) {
            return job.run(
                    pictures,
                    model,
                    JobOptions.output(out, null),
                    json,
                    views -> new EmbedWork(views, chosen, normalize, stored));
        }
        job.requireUnused();
        try (DeviceModel opened = model.open()) {
            Embed task = new Embed(opened, chosen, normalize, stored);
            opened.loadAhead(Set.of(chosen.output()));
            return pictures.forEach(opened.card(), spec.commandLine().getErr(), (image, view) -> {
                Map<String, Object> facts = new LinkedHashMap<>();
                facts.put("image", image.toString());
                facts.put("model", opened.card().name());
                facts.put("digest", opened.card().digest());
                facts.put("pool", chosen.toString());
                facts.put("normalize", normalize);
                facts.put("dtype", stored.toString());
                put(task.run(view.pixels()), facts);
                Json.printLine(spec.commandLine().getOut(), facts);
            });
        }
    }

    private static void put(Embedding embedding, Map<String, Object> facts) {
        if (embedding.dtype() == Dtype.INT8) {
            facts.put("scale", perVector(embedding, embedding.scales()));
        }
        facts.put("embedding", perVector(embedding, embedding.numbers()));
    }

    /// A list for patches, else its only entry.
    private static Object perVector(Embedding embedding, List<?> entries) {
        return embedding.perPatch() ? entries : entries.getFirst();
    }
}
