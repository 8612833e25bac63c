package dev.unmask.web;

import dev.unmask.Card;
import dev.unmask.Model;
import dev.unmask.door.Option;
import dev.unmask.door.Options;
import dev.unmask.door.Schema;
import dev.unmask.task.Classify;
import dev.unmask.task.Classify.Guess;
import dev.unmask.task.View;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// `POST /v1/classify`
record ClassifyRoute(int top) implements Route<List<Guess>> {

    static final Option<Long> TOP =
            Option.integer("top", 5L, 1, Schema.MANY, "how many classes are answered, the most probable first");
    static final Menu MENU = Menu.of(TOP);
    static final Schema ANSWER = Schema.object("The most probable classes.")
            .has(
                    "classes",
                    Schema.list(
                            Schema.object("A class.")
                                    .has("number", Schema.integer("of the class, from 0"))
                                    .has("label", Schema.text("its name"))
                                    .has("probability", Schema.number("in 0..1")),
                            "the most probable first"));

    static ClassifyRoute of(Options options) {
        return new ClassifyRoute(Math.toIntExact(options.get(TOP)));
    }

    @Override
    public Function<List<View>, List<List<Guess>>> on(Model model) {
        Classify task = new Classify(model, top);
        return views -> task.run(views.stream().map(View::pixels).toList());
    }

    @Override
    public Map<String, @Nullable Object> facts(List<Guess> guesses, Card card) {
        Map<String, @Nullable Object> facts = new LinkedHashMap<>();
        facts.put("classes", guesses);
        return facts;
    }
}
