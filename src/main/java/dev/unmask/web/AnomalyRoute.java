package dev.unmask.web;

import dev.unmask.Card;
import dev.unmask.Model;
import dev.unmask.UnmaskException;
import dev.unmask.task.Anomaly;
import dev.unmask.task.Anomaly.Finding;
import dev.unmask.task.AnomalyPanel;
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

    static final Set<String> OPTIONS = Set.of("masks", "rounds", "seed", "top");

    static AnomalyRoute of(Options options) {
        return new AnomalyRoute(
                count("masks", options.integer("masks", 4)),
                count("rounds", options.integer("rounds", 1)),
                options.integer("seed", 0),
                options.number("top", 0.02));
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

    private static int count(String option, long value) {
        if (value < 1 || value > Anomaly.MAX_PASSES) {
            throw UnmaskException.invalid("option " + option + " is " + value + ", not in 1.." + Anomaly.MAX_PASSES);
        }
        return (int) value;
    }
}
