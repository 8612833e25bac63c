package dev.unmask.web;

import dev.unmask.Card;
import dev.unmask.Model;
import dev.unmask.Output;
import dev.unmask.Placement;
import dev.unmask.door.Exchanges;
import dev.unmask.door.Schema;
import dev.unmask.task.Catalog;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What is loaded, as far as the caller's key opens it, in the words of OpenAI's models API and more.
@Controller("/v1/models")
final class ModelController {

    private static final Schema STACK = Schema.object("Transformer blocks.")
            .has("width", Schema.integer("of a token"))
            .has("depth", Schema.integer("blocks"))
            .has("heads", Schema.integer("of each block"))
            .has("mlp", Schema.integer("width of the hidden layer of each block's MLP"));
    static final Schema ONE = Schema.object("A model.")
            .has("id", Schema.text("its name, as options and paths take it"))
            .has("object", Schema.text("model").with("const", "model"))
            .has("created", Schema.integer("when it was loaded, in seconds since 1970"))
            .has("owned_by", Schema.text("unmask").with("const", "unmask"))
            .has("name", Schema.text("the same"))
            .has("license", Schema.text("of the weights, an SPDX name where there is one"))
            .has("source", Schema.text("file of the checkpoint"))
            .has(
                    "flavour",
                    Schema.text("of the checkpoint")
                            .with("enum", List.of("visualize", "full", "encoder", "classifier")))
            .has("digest", Schema.text("sha256 of the manifest, which names the sha256 of every other file"))
            .has("height", Schema.integer("of the picture it sees, in pixels"))
            .has("width", Schema.integer("of the picture it sees, in pixels"))
            .has("patch", Schema.integer("side of a patch in pixels"))
            .has("patches", Schema.integer("of a picture"))
            .has("encoder", STACK)
            .has(
                    "decoder",
                    STACK.with("description", "The same, or null if it cannot reconstruct.")
                            .orNull())
            .has("classes", Schema.integer("that it tells apart; 0 if it is no classifier"))
            .has("preprocess", Schema.text("preset that feeds it"))
            .has("outputs", Schema.list(Schema.text("one"), "what it can give"))
            .has(
                    "parameters",
                    Schema.object("How many each graph has.")
                            .with("additionalProperties", Schema.integer("of the graph")))
            .has("bytes", Schema.integer("of its graphs and weights on disk"))
            .has(
                    "placements",
                    Schema.list(
                            Schema.object("A device.")
                                    .has("device", Schema.text("cpu, cuda:N or tensorrt:N"))
                                    .has("precision", Schema.text("inside the graphs: fp32, fp16 or bf16"))
                                    .has(
                                            "execution",
                                            Schema.text("how a run reaches the device: plain, bound or graph"))
                                    .has("why", Schema.text("it runs there, for people"))
                                    .has(
                                            "graphs",
                                            Schema.list(Schema.text("one"), "loaded there, each with its variant")),
                            "where it runs"));
    static final Schema LIST = Schema.object("Models.")
            .has("object", Schema.text("list").with("const", "list"))
            .has("data", Schema.list(Schema.named("Model"), "the first is meant when a request names none"));

    private final Catalog catalog;

    ModelController(Catalog catalog) {
        this.catalog = catalog;
    }

    @Get
    Map<String, Object> all(HttpRequest<?> request) {
        Map<String, Object> list = new LinkedHashMap<>();
        list.put("object", "list");
        list.put("data", catalog.all(Exchanges.of(request).caller(), ModelController::facts));
        return list;
    }

    @Get("/{name}")
    Map<String, @Nullable Object> one(HttpRequest<?> request, String name) {
        return catalog.use(Exchanges.of(request).caller(), name, ModelController::facts);
    }

    static Map<String, @Nullable Object> facts(Model model) {
        Card card = model.card();
        List<Placement> placements = model.placements();
        Map<String, @Nullable Object> facts = new LinkedHashMap<>();
        facts.put("id", card.name());
        facts.put("object", "model");
        facts.put("created", created(placements));
        facts.put("owned_by", "unmask");
        facts.put("name", card.name());
        facts.put("license", card.license());
        facts.put("source", card.source());
        facts.put("flavour", card.flavour());
        facts.put("digest", card.digest());
        facts.put("height", card.grid().height());
        facts.put("width", card.grid().width());
        facts.put("patch", card.grid().patch());
        facts.put("patches", card.grid().patches());
        facts.put("encoder", card.encoder());
        facts.put("decoder", card.decoder());
        facts.put("classes", card.classes());
        facts.put("preprocess", card.preprocess());
        facts.put(
                "outputs",
                card.outputs().stream().map(Output::lowerCase).sorted().toList());
        facts.put("parameters", card.parameters());
        facts.put("bytes", card.bytes());
        facts.put(
                "placements",
                placements.stream().map(ModelController::facts).distinct().toList());
        return facts;
    }

    private static Map<String, Object> facts(Placement placement) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("device", placement.device());
        facts.put("precision", placement.precision());
        facts.put("execution", placement.execution());
        facts.put("why", placement.why());
        facts.put("graphs", placement.graphs());
        return facts;
    }

    private static long created(List<Placement> placements) {
        return placements.stream()
                .map(Placement::since)
                .max(Instant::compareTo)
                .orElse(Instant.EPOCH)
                .getEpochSecond();
    }
}
