package dev.unmask.task;

import dev.unmask.Answer;
import dev.unmask.Card;
import dev.unmask.Mask;
import dev.unmask.Model;
import dev.unmask.Output;
import dev.unmask.Patches;
import dev.unmask.Row;
import dev.unmask.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Fills in hidden patches.
public final class Reconstruct {

    /// Where the mean and deviation of each patch come from when the model was trained without them.
    public enum PatchStats {
        /// The model predicts pixels; nothing is needed.
        NONE,
        /// The original's patches lend theirs: what such a model knows can be looked at, though it did not guess all of
        /// it.
        ORIGINAL
    }

    /// A picture filled in.
    ///
    /// @param original uint8 (H, W, C), what the model was shown, before masking
    /// @param patches float32 (N, P * P * C) as predicted, in the model's normalised pixels
    /// @param image uint8 (H, W, C), the prediction to look at
    /// @param errors mean squared error of each patch against the model's training target
    /// @param loss mean error over the hidden patches, NaN when nothing is hidden
    public record Reconstruction(
            Tensor original, Mask mask, Tensor patches, Tensor image, List<Double> errors, double loss) {}

    private final Model model;

    /// Refuses a model that cannot show a reconstruction with these statistics.
    public Reconstruct(Model model, PatchStats stats) {
        this.model = model;
        if (stats == PatchStats.NONE) {
            model.card().require(Output.IMAGE);
        }
        model.card().require(Output.PATCHES);
    }

    /// Reconstructs one picture.
    ///
    /// @param picture uint8 (H, W, C), as [View] prepares it, or float32 (C, H, W) normalised
    public Reconstruction run(Tensor picture, Mask mask) {
        return run(List.of(new Row(picture, mask))).getFirst();
    }

    /// Reconstructs pictures of one type under their masks; those that keep equally many patches run as one batch.
    public List<Reconstruction> run(List<Row> rows) {
        Map<Integer, List<Integer>> batches = IntStream.range(0, rows.size())
                .boxed()
                .collect(Collectors.groupingBy(i -> rows.get(i).mask().kept()));
        Reconstruction[] done = new Reconstruction[rows.size()];
        for (List<Integer> batch : batches.values()) {
            List<Answer> answers = model.run(batch.stream().map(rows::get).toList(), wanted(model.card()));
            for (int i = 0; i < batch.size(); i++) {
                done[batch.get(i)] = of(model.card(), rows.get(batch.get(i)), answers.get(i));
            }
        }
        return List.of(done);
    }

    /// What a model must answer for [#of].
    public static Set<Output> wanted(Card card) {
        return card.normalizedPixels() ? Set.of(Output.PATCHES) : Set.of(Output.PATCHES, Output.IMAGE);
    }

    /// The reconstruction that a model's answer to a row is; for models trained on patches normalised one by one with
    /// the statistics of the original.
    public static Reconstruction of(Card card, Row row, Answer answer) {
        boolean predictsPixels = !card.normalizedPixels();
        Tensor predicted = answer.get(Output.PATCHES);
        Original original = Original.of(card, row.pixels());
        double[] errors = original.errors(predicted);
        Tensor image = predictsPixels
                ? answer.get(Output.IMAGE)
                : Patches.picture(
                        Patches.denormalize(predicted, original.patches()), card.grid(), card.normalization());
        return new Reconstruction(
                Original.picture(card, row.pixels()),
                row.mask(),
                predicted,
                image,
                Arrays.stream(errors).boxed().toList(),
                Patches.loss(errors, row.mask()));
    }
}
