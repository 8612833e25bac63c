package dev.unmask.task;

import dev.unmask.Answer;
import dev.unmask.Card;
import dev.unmask.Mask;
import dev.unmask.Model;
import dev.unmask.Output;
import dev.unmask.PatchGrid;
import dev.unmask.Row;
import dev.unmask.Tensor;
import dev.unmask.UnmaskException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;

/// Finds what the rest of a picture does not lead one to expect: patches are hidden group by group, and each is judged
/// by how far the model's guess is from it.
///
/// A round cuts a seed's random order of the patches into `masks` nearly equal groups and hides each in turn, so that
/// every patch is judged exactly once a round, always from context. Rows of a batch must hide equally many: where
/// `masks` does not divide the patches, the smaller groups hide one patch more, the next in the order, without judging
/// it. Further rounds take the orders of the following seeds and are averaged.
public final class Anomaly {

    /// Passes of one picture, which are rows of one batch.
    public static final int MAX_PASSES = 256;

    /// How odd a picture is, and where.
    ///
    /// @param original uint8 (H, W, C), what the model was shown, before masking
    /// @param errors of each patch: the mean squared error of its guess against the model's training target
    /// @param heat float32 (H, W): the errors smoothed over neighbouring patches and interpolated to pixels
    /// @param max the largest error
    /// @param score the mean of the largest errors, as many as the task's `top` says
    public record Finding(Tensor original, List<Double> errors, Tensor heat, double max, double score) {

        public Finding {
            errors = List.copyOf(errors);
        }

        /// Of errors that were told.
        public static Finding of(Tensor original, PatchGrid grid, List<Double> errors, double max, double score) {
            double[] values = errors.stream().mapToDouble(Double::doubleValue).toArray();
            return new Finding(original, errors, Heat.of(values, grid), max, score);
        }
    }

    /// One run of the model: what it hides, and which of the hidden patches it judges.
    record Pass(Mask mask, List<Integer> judged) {}

    private final Model model;
    private final List<Pass> passes;
    private final int rounds;
    private final int topPatches;

    /// @param masks groups of patches that are hidden in turn, from 2 to the number of patches
    /// @param rounds how often every patch is judged
    /// @param seed of the first round's groups, as `torch.manual_seed(seed)` draws; each further one takes the next
    /// @param top share of the patches whose mean error scores the picture, at least one patch
    public Anomaly(Model model, int masks, int rounds, long seed, double top) {
        model.card().require(Output.PATCHES);
        PatchGrid grid = model.card().grid();
        check(grid, masks, rounds, top);
        this.model = model;
        this.rounds = rounds;
        this.topPatches = (int) Math.max(1, Math.round(top * grid.patches()));
        this.passes = IntStream.range(0, rounds)
                .boxed()
                .flatMap(round -> round(grid, masks, seed + round).stream())
                .toList();
    }

    /// Judges one picture.
    ///
    /// @param picture uint8 (H, W, C), as [View] prepares it, or float32 (C, H, W) normalised
    public Finding run(Tensor picture) {
        return run(List.of(picture)).getFirst();
    }

    /// Judges pictures of one type; all passes of all of them are rows of one batch.
    public List<Finding> run(List<Tensor> pictures) {
        List<Row> rows = pictures.stream()
                .flatMap(picture -> passes.stream().map(pass -> new Row(picture, pass.mask())))
                .toList();
        List<Answer> answers = model.run(rows, Set.of(wanted(model.card())));
        return IntStream.range(0, pictures.size())
                .mapToObj(i -> finding(pictures.get(i), answers.subList(i * passes.size(), (i + 1) * passes.size())))
                .toList();
    }

    /// What a model is asked for: the errors, a few numbers a row, or else the guesses, as large as the picture.
    public static Output wanted(Card card) {
        return card.outputs().contains(Output.PATCH_ERROR) ? Output.PATCH_ERROR : Output.PATCHES;
    }

    private Finding finding(Tensor picture, List<Answer> answers) {
        double[] errors = errors(picture, answers);
        List<Double> map = Arrays.stream(errors).boxed().toList();
        List<Double> largest = map.stream()
                .sorted(Collections.reverseOrder())
                .limit(topPatches)
                .toList();
        double score = largest.stream().mapToDouble(Double::doubleValue).sum() / topPatches;
        return new Finding(
                Original.picture(model.card(), picture),
                map,
                Heat.of(errors, model.card().grid()),
                largest.getFirst(),
                score);
    }

    /// The passes of one round, which judge every patch once and hide equally many.
    static List<Pass> round(PatchGrid grid, int masks, long seed) {
        int[] order = Mask.random(grid, 0, seed).order();
        int hidden = Math.ceilDiv(order.length, masks);
        List<Pass> passes = new ArrayList<>();
        for (int group = 0; group < masks; group++) {
            int begin = group * order.length / masks;
            int end = (group + 1) * order.length / masks;
            passes.add(
                    new Pass(Mask.hiding(grid, following(order, begin, hidden)), following(order, begin, end - begin)));
        }
        return passes;
    }

    private static List<Integer> following(int[] order, int begin, int count) {
        return IntStream.range(begin, begin + count)
                .mapToObj(i -> order[i % order.length])
                .toList();
    }

    private double[] errors(Tensor picture, List<Answer> answers) {
        Function<Answer, double[]> judge = judge(picture);
        double[] errors = new double[model.card().grid().patches()];
        for (int i = 0; i < passes.size(); i++) {
            double[] guessed = judge.apply(answers.get(i));
            for (int patch : passes.get(i).judged()) {
                errors[patch] += guessed[patch] / rounds;
            }
        }
        return errors;
    }

    /// How far the guesses of an answer are off, patch by patch.
    private Function<Answer, double[]> judge(Tensor picture) {
        if (wanted(model.card()) == Output.PATCH_ERROR) {
            return answer -> doubles(answer.get(Output.PATCH_ERROR));
        }
        Original original = Original.of(model.card(), picture);
        return answer -> original.errors(answer.get(Output.PATCHES));
    }

    private static double[] doubles(Tensor tensor) {
        float[] floats = tensor.toFloats();
        return IntStream.range(0, floats.length).mapToDouble(i -> floats[i]).toArray();
    }

    private static void check(PatchGrid grid, int masks, int rounds, double top) {
        int most = Math.min(grid.patches(), MAX_PASSES);
        if (masks < 2 || masks > most) {
            throw UnmaskException.invalid("masks " + masks + " is not in 2.." + most + "; the model has "
                    + grid.patches() + " patches, and a picture takes at most " + MAX_PASSES + " passes");
        }
        if (rounds < 1 || rounds > MAX_PASSES / masks) {
            throw UnmaskException.invalid("rounds " + rounds + " of " + masks + " masks are not in 1.."
                    + MAX_PASSES / masks + "; a picture takes at most " + MAX_PASSES + " passes");
        }
        if (!(top > 0 && top <= 1)) {
            throw UnmaskException.invalid("top " + top + " is not in (0, 1], a share of the patches");
        }
    }
}
