package dev.unmask.web;

import dev.unmask.Card;
import dev.unmask.Model;
import dev.unmask.task.Classify;
import dev.unmask.task.Classify.Guess;
import dev.unmask.task.View;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// `POST /v1/classify`
record ClassifyRoute(int top) implements Route<List<Guess>> {

    static final Set<String> OPTIONS = Set.of("top");

    static ClassifyRoute of(Options options) {
        return new ClassifyRoute(Math.clamp(options.integer("top", 5), 0, Integer.MAX_VALUE));
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
