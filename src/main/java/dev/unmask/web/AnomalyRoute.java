package dev.unmask.web;

import dev.unmask.Card;
import dev.unmask.Model;
import dev.unmask.door.AnomalyOptions;
import dev.unmask.door.Options;
import dev.unmask.door.Schema;
import dev.unmask.task.Anomaly;
import dev.unmask.task.Anomaly.Finding;
import dev.unmask.task.AnomalyPanel;
import dev.unmask.task.Listener;
import dev.unmask.task.View;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// `POST /v1/anomaly`
record AnomalyRoute(int masks, int rounds, long seed, double top) implements Route<Finding> {

    static final Menu MENU =
            Menu.of(AnomalyOptions.MASKS, AnomalyOptions.ROUNDS, AnomalyOptions.SEED, AnomalyOptions.TOP);
    static final Schema ANSWER = Schema.object("How odd a picture is, and where.")
            .has("masks", Schema.integer("as used"))
            .has("rounds", Schema.integer("as used"))
            .has("seed", Schema.integer("as used"))
            .has("top", Schema.number("as used"))
            .has("score", Schema.number("mean of the largest errors, as many as top says"))
            .has("max", Schema.number("the largest error"))
            .has("patches", Schema.list(Schema.integer("one"), "rows and columns of the map"))
            .has("map", Schema.list(Schema.number("one"), "mean squared error of the guess for each patch, by rows"));

    static AnomalyRoute of(Options options) {
        return new AnomalyRoute(
                Math.toIntExact(options.get(AnomalyOptions.MASKS)),
                Math.toIntExact(options.get(AnomalyOptions.ROUNDS)),
                options.get(AnomalyOptions.SEED),
                options.get(AnomalyOptions.TOP));
    }

    @Override
    public int rows() {
        return masks * rounds;
    }

    @Override
    public Function<List<View>, List<Finding>> on(Model model) {
        Anomaly task = new Anomaly(model, masks, rounds, seed, top);
        return views -> task.run(views.stream().map(View::pixels).toList());
    }

    @Override
    public Set<Form> forms() {
        return EnumSet.allOf(Form.class);
    }

    @Override
    public void tell(Finding finding, String model, Listener listener) {
        listener.judged(model, finding.score());
    }

    @Override
    public Map<String, @Nullable Object> facts(Finding finding, Card card) {
        Map<String, @Nullable Object> facts = new LinkedHashMap<>();
        facts.put("masks", masks);
        facts.put("rounds", rounds);
        facts.put("seed", seed);
        facts.put("top", top);
        facts.put("score", finding.score());
        facts.put("max", finding.max());
        facts.put("patches", List.of(card.grid().rows(), card.grid().columns()));
        facts.put("map", finding.errors());
        return facts;
    }

    @Override
    public byte[] png(Finding finding, Card card) {
        return AnomalyPanel.draw(
                finding,
                String.format(
                        Locale.ROOT,
                        "%s · %d masks · seed %d · score %.3f · max %.3f",
                        card.name(),
                        masks,
                        seed,
                        finding.score(),
                        finding.max()));
    }

    /// The heat: float32 (H, W).
    @Override
    public byte[] raw(Finding finding) {
        return finding.heat().toBytes();
    }
}
