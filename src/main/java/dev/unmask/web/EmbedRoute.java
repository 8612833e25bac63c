package dev.unmask.web;

import dev.unmask.Card;
import dev.unmask.Model;
import dev.unmask.task.Embed;
import dev.unmask.task.Embed.Pool;
import dev.unmask.task.Embedding;
import dev.unmask.task.Embedding.Dtype;
import dev.unmask.task.View;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// `POST /v1/embed`
record EmbedRoute(Pool pool, boolean normalize, Dtype dtype) implements Route<Embedding> {

    static final Set<String> OPTIONS = Set.of("pool", "normalize", "dtype");

    static EmbedRoute of(Options options) {
        return new EmbedRoute(
                Pool.parse(options.text("pool", "cls")),
                options.flag("normalize"),
                Dtype.parse(options.text("dtype", "float32")));
    }

    @Override
    public Function<List<View>, List<Embedding>> on(Model model) {
        Embed task = new Embed(model, pool, normalize, dtype);
        return views -> task.run(views.stream().map(View::pixels).toList());
    }

    @Override
    public Set<Form> forms() {
        return EnumSet.of(Form.JSON, Form.RAW);
    }

    @Override
    public Map<String, @Nullable Object> facts(Embedding embedding, Card card) {
        Map<String, @Nullable Object> facts = new LinkedHashMap<>();
        facts.put("pool", pool.toString());
        facts.put("dtype", dtype.toString());
        List<List<Number>> numbers = embedding.numbers();
        facts.put("embedding", embedding.perPatch() ? numbers : numbers.getFirst());
        if (!embedding.scales().isEmpty()) {
            facts.put("scales", embedding.scales());
        }
        return facts;
    }

    @Override
    public byte[] raw(Embedding embedding) {
        return embedding.bytes();
    }
}
