package dev.unmask.web;

import dev.unmask.Card;
import dev.unmask.Mask;
import dev.unmask.Model;
import dev.unmask.PatchGrid;
import dev.unmask.Row;
import dev.unmask.UnmaskException;
import dev.unmask.task.Masking;
import dev.unmask.task.Reconstruct;
import dev.unmask.task.Reconstruct.PatchStats;
import dev.unmask.task.Reconstruct.Reconstruction;
import dev.unmask.task.ReconstructionPanel;
import dev.unmask.task.View;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// `POST /v1/reconstruct`
///
/// @param png whether JSON holds the panels too
record ReconstructRoute(Masking masking, PatchStats stats, List<ReconstructionPanel> panels, boolean png)
        implements Route<Reconstruction> {

    static final Set<String> OPTIONS =
            Set.of("ratio", "seed", "noise", "mask", "boxes", "patch_stats", "panels", "png");

    static ReconstructRoute of(Options options) {
        return new ReconstructRoute(
                Masking.of(
                        options.text("ratio") == null ? null : options.number("ratio", 0),
                        options.text("seed") == null ? null : options.integer("seed", 0),
                        options.text("noise"),
                        options.text("mask"),
                        options.text("boxes")),
                choice("patch_stats", options.text("patch_stats", "none"), PatchStats.values()),
                panels(options.text("panels")),
                options.flag("png"));
    }

    @Override
    public Function<List<View>, List<Reconstruction>> on(Model model) {
        Reconstruct task = new Reconstruct(model, stats);
        PatchGrid grid = model.card().grid();
        masking.check(grid);
        return views -> task.run(views.stream()
                .map(view -> new Row(view.pixels(), masking.mask(grid, view.frame())))
                .toList());
    }

    @Override
    public Set<Form> forms() {
        return EnumSet.allOf(Form.class);
    }

    @Override
    public Map<String, @Nullable Object> facts(Reconstruction reconstruction, Card card) {
        Map<String, @Nullable Object> facts = new LinkedHashMap<>();
        if (masking instanceof Masking.Random(double ratio, long seed)) {
            facts.put("ratio", ratio);
            facts.put("seed", seed);
        }
        facts.put("mask", reconstruction.mask().toString());
        facts.put("kept", reconstruction.mask().kept());
        facts.put("loss", Double.isNaN(reconstruction.loss()) ? null : reconstruction.loss());
        facts.put("errors", reconstruction.errors());
        if (png) {
            facts.put("png", Base64.getEncoder().encodeToString(png(reconstruction, card)));
        }
        return facts;
    }

    @Override
    public byte[] png(Reconstruction reconstruction, Card card) {
        Mask mask = reconstruction.mask();
        String footer = card.name() + " · " + (mask.patches() - mask.kept()) + " of " + mask.patches()
                + " patches hidden · loss " + String.format(Locale.ROOT, "%.4f", reconstruction.loss());
        return ReconstructionPanel.draw(panels, reconstruction, card.grid(), footer);
    }

    @Override
    public byte[] raw(Reconstruction reconstruction) {
        return reconstruction.patches().toBytes();
    }

    private static List<ReconstructionPanel> panels(@Nullable String text) {
        ReconstructionPanel[] all = ReconstructionPanel.values();
        return text == null
                ? List.of(all)
                : Arrays.stream(text.split(",", -1))
                        .map(panel -> choice("panels", panel.strip(), all))
                        .toList();
    }

    private static <E extends Enum<E>> E choice(String option, String text, E[] choices) {
        return Arrays.stream(choices)
                .filter(choice -> choice.name().toLowerCase(Locale.ROOT).equals(text))
                .findFirst()
                .orElseThrow(() -> UnmaskException.invalid("option " + option + " is '" + text + "', not one of "
                        + String.join(
                                ", ",
                                Arrays.stream(choices)
                                        .map(choice -> choice.name().toLowerCase(Locale.ROOT))
                                        .toList())));
    }
}
