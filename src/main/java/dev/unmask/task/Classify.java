package dev.unmask.task;

import dev.unmask.Card;
import dev.unmask.Mask;
import dev.unmask.Model;
import dev.unmask.Output;
import dev.unmask.Row;
import dev.unmask.Tensor;
import dev.unmask.UnmaskException;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/// Says what pictures show. The whole picture is seen.
public final class Classify {

    /// One class and how likely it is.
    ///
    /// @param number of the class, from 0
    /// @param label the number again where the bundle has no labels
    public record Guess(int number, String label, double probability) {}

    private final Model model;
    private final int top;

    /// @param top how many classes are answered; all of them where the model has fewer
    public Classify(Model model, int top) {
        if (top < 1) {
            throw UnmaskException.invalid("top " + top + " is below 1, the fewest classes to answer");
        }
        this.model = model;
        this.top = top;
        model.card().require(Output.LOGITS);
    }

    /// The likeliest classes of one picture, the likeliest first; equally likely ones by number.
    ///
    /// @param picture uint8 (H, W, C), as [View] prepares it
    public List<Guess> run(Tensor picture) {
        return run(List.of(picture)).getFirst();
    }

    /// The likeliest classes of pictures, run as one batch.
    public List<List<Guess>> run(List<Tensor> pictures) {
        Mask mask = Mask.none(model.card().grid());
        List<Row> rows =
                pictures.stream().map(picture -> new Row(picture, mask)).toList();
        return model.run(rows, Set.of(Output.LOGITS)).stream()
                .map(answer -> likeliest(softmax(answer.get(Output.LOGITS).toFloats())))
                .toList();
    }

    private List<Guess> likeliest(double[] probabilities) {
        return IntStream.range(0, probabilities.length)
                .mapToObj(number -> new Guess(number, label(number), probabilities[number]))
                .sorted(Comparator.comparingDouble(Guess::probability).reversed())
                .limit(top)
                .toList();
    }

    private String label(int number) {
        Card card = model.card();
        return card.labels().isEmpty()
                ? Integer.toString(number)
                : card.labels().get(number);
    }

    /// In double, and from the differences to the largest score, so that no score is too large.
    private static double[] softmax(float[] logits) {
        double largest = Double.NEGATIVE_INFINITY;
        for (float logit : logits) {
            largest = Math.max(largest, logit);
        }
        double[] shares = new double[logits.length];
        double sum = 0;
        for (int i = 0; i < logits.length; i++) {
            shares[i] = StrictMath.exp(logits[i] - largest);
            sum += shares[i];
        }
        for (int i = 0; i < shares.length; i++) {
            shares[i] /= sum;
        }
        return shares;
    }
}
