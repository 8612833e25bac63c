package dev.unmask.web;

import dev.unmask.Card;
import dev.unmask.task.Catalog;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What is loaded.
@Controller("/v1/models")
final class ModelController {

    private final Catalog catalog;

    ModelController(Catalog catalog) {
        this.catalog = catalog;
    }

    @Get
    Map<String, List<Map<String, @Nullable Object>>> all() {
        return Map.of(
                "models", catalog.cards().stream().map(ModelController::facts).toList());
    }

    @Get("/{name}")
    Map<String, @Nullable Object> one(String name) {
        return facts(catalog.card(name));
    }

    static Map<String, @Nullable Object> facts(Card card) {
        Map<String, @Nullable Object> facts = new LinkedHashMap<>();
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
                card.outputs().stream()
                        .map(output -> output.name().toLowerCase(java.util.Locale.ROOT))
                        .sorted()
                        .toList());
        return facts;
    }
}
