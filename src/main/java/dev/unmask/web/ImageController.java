package dev.unmask.web;

import dev.unmask.Card;
import dev.unmask.Mask;
import dev.unmask.UnmaskException;
import dev.unmask.task.Anomaly;
import dev.unmask.task.Catalog;
import dev.unmask.task.Classify;
import dev.unmask.task.Embed;
import dev.unmask.task.Embedding;
import dev.unmask.task.Masking;
import dev.unmask.task.Preparation;
import dev.unmask.task.Reconstruct;
import dev.unmask.task.Reconstruct.PatchStats;
import dev.unmask.task.Reconstruct.Reconstruction;
import dev.unmask.task.ReconstructionPanel;
import dev.unmask.task.View;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.Produces;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Pictures in; vectors, reconstructions, anomaly maps and classes out.
///
/// Each route takes the bytes of one picture with its options in the query, or JSON with `image` or `images` (base64
/// or data URIs) and the options as members.
@Controller("/v1")
@Consumes({
    "image/jpeg",
    "image/png",
    "image/webp",
    "image/gif",
    "image/bmp",
    "application/octet-stream",
    "application/json"
})
@ExecuteOn(TaskExecutors.BLOCKING)
final class ImageController {

    private static final Set<String> EMBED = Set.of("model", "preset", "exif", "pool", "normalize", "dtype");
    private static final Set<String> RECONSTRUCT =
            Set.of("model", "preset", "exif", "ratio", "seed", "mask", "boxes", "patch_stats");
    private static final Set<String> ANOMALY = Set.of("model", "preset", "exif", "masks", "rounds", "seed", "top");
    private static final Set<String> CLASSIFY = Set.of("model", "preset", "exif", "top");

    private final Catalog catalog;
    private final Preparation preparation;

    ImageController(Catalog catalog, Preparation preparation) {
        this.catalog = catalog;
        this.preparation = preparation;
    }

    @Post("/embed")
    @Produces({MediaType.APPLICATION_JSON, MediaType.APPLICATION_OCTET_STREAM})
    HttpResponse<?> embed(HttpRequest<?> request, @Body byte[] body) {
        Asked asked = Asked.of(request, body, EMBED);
        Options options = asked.options();
        Embed.Pool pool = Embed.Pool.parse(options.text("pool", "cls"));
        Embedding.Dtype dtype = Embedding.Dtype.parse(options.text("dtype", "float32"));
        Timing timing = new Timing();
        Prepared prepared = Prepared.of(asked, catalog, preparation, timing);
        Embed task = new Embed(prepared.model(), pool, options.flag("normalize"), dtype);
        List<Embedding> embeddings = timing.of(
                "infer",
                () -> task.run(prepared.views().stream().map(View::pixels).toList()));
        return Accepted.of(request).raw()
                ? Accepted.raw(embeddings.stream().map(Embedding::bytes).toList(), timing)
                : Accepted.json(asked, prepared.model(), timing, embeddings, embedding -> facts(embedding, pool));
    }

    @Post("/reconstruct")
    @Produces({MediaType.APPLICATION_JSON, MediaType.IMAGE_PNG, MediaType.APPLICATION_OCTET_STREAM})
    HttpResponse<?> reconstruct(HttpRequest<?> request, @Body byte[] body) {
        Asked asked = Asked.of(request, body, RECONSTRUCT);
        Options options = asked.options();
        Masking masking = Masking.of(
                options.text("ratio") == null ? null : options.number("ratio", 0),
                options.text("seed") == null ? null : options.integer("seed", 0),
                options.text("mask"),
                options.text("boxes"));
        Timing timing = new Timing();
        Prepared prepared = Prepared.of(asked, catalog, preparation, timing);
        Reconstruct task = new Reconstruct(prepared.model(), stats(options.text("patch_stats", "none")));
        Card card = prepared.model().card();
        List<Reconstruction> reconstructions = timing.of(
                "infer",
                () -> prepared.views().stream()
                        .map(view -> task.run(view.pixels(), masking.mask(card.grid(), view.frame())))
                        .toList());
        Accepted accepted = Accepted.of(request);
        if (accepted.raw()) {
            return Accepted.raw(
                    reconstructions.stream()
                            .map(each -> each.patches().toBytes())
                            .toList(),
                    timing);
        }
        return accepted.png()
                ? Accepted.png(reconstructions, timing, each -> draw(each, card))
                : Accepted.json(asked, prepared.model(), timing, reconstructions, each -> facts(each, masking));
    }

    @Post("/anomaly")
    @Produces({MediaType.APPLICATION_JSON})
    HttpResponse<?> anomaly(HttpRequest<?> request, @Body byte[] body) {
        Asked asked = Asked.of(request, body, ANOMALY);
        Options options = asked.options();
        Timing timing = new Timing();
        Prepared prepared = Prepared.of(asked, catalog, preparation, timing);
        Anomaly task = new Anomaly(
                prepared.model(),
                (int) options.integer("masks", 4),
                (int) options.integer("rounds", 1),
                options.integer("seed", 0),
                options.number("top", 0.02));
        List<Anomaly.Finding> findings = timing.of(
                "infer",
                () -> prepared.views().stream()
                        .map(view -> task.run(view.pixels()))
                        .toList());
        return Accepted.json(asked, prepared.model(), timing, findings, ImageController::facts);
    }

    @Post("/classify")
    @Produces({MediaType.APPLICATION_JSON})
    HttpResponse<?> classify(HttpRequest<?> request, @Body byte[] body) {
        Asked asked = Asked.of(request, body, CLASSIFY);
        Timing timing = new Timing();
        Prepared prepared = Prepared.of(asked, catalog, preparation, timing);
        Classify task = new Classify(prepared.model(), (int) asked.options().integer("top", 5));
        List<List<Classify.Guess>> guesses = timing.of(
                "infer",
                () -> task.run(prepared.views().stream().map(View::pixels).toList()));
        return Accepted.json(asked, prepared.model(), timing, guesses, each -> Map.of("classes", each));
    }

    private static Map<String, @Nullable Object> facts(Embedding embedding, Embed.Pool pool) {
        Map<String, @Nullable Object> facts = new LinkedHashMap<>();
        facts.put("pool", pool.toString());
        facts.put("dtype", embedding.dtype().toString());
        List<List<Number>> numbers = embedding.numbers();
        facts.put("embedding", embedding.perPatch() ? numbers : numbers.getFirst());
        if (!embedding.scales().isEmpty()) {
            facts.put("scales", embedding.scales());
        }
        return facts;
    }

    private static Map<String, @Nullable Object> facts(Reconstruction reconstruction, Masking masking) {
        Map<String, @Nullable Object> facts = new LinkedHashMap<>();
        if (masking instanceof Masking.Random(double ratio, long seed)) {
            facts.put("ratio", ratio);
            facts.put("seed", seed);
        }
        facts.put("mask", reconstruction.mask().toString());
        facts.put("kept", reconstruction.mask().kept());
        facts.put("loss", Double.isNaN(reconstruction.loss()) ? null : reconstruction.loss());
        facts.put("errors", reconstruction.errors());
        return facts;
    }

    private static Map<String, @Nullable Object> facts(Anomaly.Finding finding) {
        Map<String, @Nullable Object> facts = new LinkedHashMap<>();
        facts.put("score", finding.score());
        facts.put("max", finding.max());
        facts.put("map", finding.errors());
        return facts;
    }

    private static byte[] draw(Reconstruction reconstruction, Card card) {
        Mask mask = reconstruction.mask();
        String footer = card.name() + " · " + (mask.patches() - mask.kept()) + " of " + mask.patches()
                + " patches hidden · loss " + String.format(Locale.ROOT, "%.4f", reconstruction.loss());
        return ReconstructionPanel.draw(List.of(ReconstructionPanel.values()), reconstruction, card.grid(), footer);
    }

    private static PatchStats stats(String text) {
        Function<PatchStats, String> name = stats -> stats.name().toLowerCase(Locale.ROOT);
        return Arrays.stream(PatchStats.values())
                .filter(stats -> name.apply(stats).equals(text))
                .findFirst()
                .orElseThrow(() -> UnmaskException.invalid("patch_stats '" + text + "' is not none or original"));
    }
}
