package dev.unmask.web;

import dev.unmask.Card;
import dev.unmask.Model;
import dev.unmask.UnmaskException;
import dev.unmask.door.Option;
import dev.unmask.door.Options;
import dev.unmask.door.Schema;
import dev.unmask.task.Embed.Pool;
import dev.unmask.task.Embedding;
import dev.unmask.task.Embedding.Dtype;
import dev.unmask.task.Listener;
import dev.unmask.task.View;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// `POST /v1/embeddings`: what `POST /v1/embed` does, in the words of OpenAI's embeddings API.
///
/// @param dimensions that the caller expects, null for any
record EmbeddingsRoute(
        EmbedRoute embed, Encoding encoding, @Nullable Long dimensions) implements Route<Embedding> {

    /// How a vector is written: a list of numbers, or base64 of little-endian float32.
    enum Encoding {
        FLOAT,
        BASE64
    }

    static final Option<Encoding> ENCODING = Option.choice(
            "encoding_format",
            Encoding.values(),
            Encoding.FLOAT,
            "a list of numbers, or base64 of little-endian float32; the same values to the bit");
    static final Option<Long> DIMENSIONS = Option.integer(
            "dimensions",
            null,
            1,
            Schema.MANY,
            "width of the vectors; they cannot be shortened, so any width but the model's own is refused");
    static final Option<String> USER = Option.text("user", "ignored");
    static final Option<Pool> POOL = Option.choice(
            "pool",
            new Pool[] {Pool.CLS, Pool.MEAN},
            Pool.CLS,
            "which tokens become the vector: the class token or the mean of the patches. Not part of OpenAI's API, as"
                    + " are the options below: send them as extra_body");
    static final Menu MENU = Menu.of("input", "input", ENCODING, DIMENSIONS, USER, POOL, EmbedRoute.NORMALIZE);

    private static final Schema VECTOR = Schema.any(
            "The vector.",
            Schema.list(Schema.number("one"), "of encoding_format float"),
            Schema.text("of encoding_format base64"));
    static final Schema ANSWER = Schema.object("Embeddings, in the order of the input.")
            .has("object", Schema.text("list").with("const", "list"))
            .has(
                    "data",
                    Schema.list(
                            Schema.object("An embedding.")
                                    .has("object", Schema.text("embedding").with("const", "embedding"))
                                    .has("index", Schema.integer("place in the input, from 0"))
                                    .has("embedding", VECTOR),
                            "one for each picture"))
            .has("model", Schema.text("name of the model that answered"))
            .has(
                    "usage",
                    Schema.object("Tokens the encoder saw: for each picture its patches and the class token.")
                            .has("prompt_tokens", Schema.integer("all of them"))
                            .has("total_tokens", Schema.integer("the same")));

    static EmbeddingsRoute of(Options options) {
        EmbedRoute embed = new EmbedRoute(options.get(POOL), options.get(EmbedRoute.NORMALIZE), Dtype.FLOAT32);
        return new EmbeddingsRoute(embed, options.get(ENCODING), options.given(DIMENSIONS));
    }

    @Override
    public Function<List<View>, List<Embedding>> on(Model model) {
        int width = model.card().encoder().width();
        if (dimensions != null && dimensions != width) {
            throw UnmaskException.invalid("dimensions is " + dimensions + "; the vectors of "
                    + model.card().name() + " have " + width + " and cannot be shortened");
        }
        return embed.on(model);
    }

    @Override
    public void tell(Embedding embedding, String model, Listener listener) {
        embed.tell(embedding, model, listener);
    }

    @Override
    public Map<String, @Nullable Object> facts(Embedding embedding, Card card) {
        Map<String, @Nullable Object> facts = new LinkedHashMap<>();
        facts.put("object", "embedding");
        facts.put(
                "embedding",
                switch (encoding) {
                    case FLOAT -> embedding.numbers().getFirst();
                    case BASE64 -> Base64.getEncoder().encodeToString(embedding.bytes());
                });
        return facts;
    }

    /// A list, of one picture too.
    @Override
    public Map<String, @Nullable Object> answer(Embedding embedding, Card card) {
        return answer(List.of(embedding), card);
    }

    @Override
    public Map<String, @Nullable Object> answer(List<Embedding> embeddings, Card card) {
        int tokens = embeddings.size() * (1 + card.grid().patches());
        Map<String, @Nullable Object> answer = new LinkedHashMap<>();
        answer.put("object", "list");
        answer.put(
                "data",
                IntStream.range(0, embeddings.size())
                        .mapToObj(index -> {
                            Map<String, @Nullable Object> facts = facts(embeddings.get(index), card);
                            facts.put("index", index);
                            return facts;
                        })
                        .toList());
        answer.put("model", card.name());
        answer.put("usage", Map.of("prompt_tokens", tokens, "total_tokens", tokens));
        return answer;
    }
}
