package dev.unmask.web;

import dev.unmask.Card;
import dev.unmask.Model;
import dev.unmask.door.Option;
import dev.unmask.door.Options;
import dev.unmask.door.Schema;
import dev.unmask.task.Embed;
import dev.unmask.task.Embed.Pool;
import dev.unmask.task.Embedding;
import dev.unmask.task.Embedding.Dtype;
import dev.unmask.task.Listener;
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

    static final Option<Pool> POOL = Option.choice(
            "pool",
            Pool.values(),
            Pool.CLS,
            "which tokens become the vector: the class token, the mean of the patches, or patches: a vector for each");
    static final Option<Boolean> NORMALIZE = Option.flag("normalize", "bring each vector to length 1");
    static final Option<Dtype> DTYPE = Option.choice(
            "dtype",
            Dtype.values(),
            Dtype.FLOAT32,
            "how a vector is stored. int8: to be multiplied by the vector's scale, its largest absolute value / 127."
                    + " binary: a bit each, 1 where positive, highest bit first, as numpy.packbits(x > 0)");
    static final Menu MENU = Menu.of(POOL, NORMALIZE, DTYPE);

    private static final Schema VECTOR = Schema.list(Schema.number("one"), "the vector; of binary, its bytes");
    static final Schema ANSWER = Schema.object("An embedding.")
            .has("pool", Schema.text("as asked"))
            .has("dtype", Schema.text("as asked"))
            .has("embedding", Schema.any("The numbers.", VECTOR, Schema.list(VECTOR, "of patches, a vector for each")))
            .mayHave("scales", Schema.list(Schema.number("one"), "of int8, what each vector is to be multiplied by"));

    static EmbedRoute of(Options options) {
        return new EmbedRoute(options.get(POOL), options.get(NORMALIZE), options.get(DTYPE));
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
    public void tell(Embedding embedding, String model, Listener listener) {
        listener.embedded(model, pool, embedding.norm());
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
