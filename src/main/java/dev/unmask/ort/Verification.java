package dev.unmask.ort;

import dev.unmask.Answer;
import dev.unmask.Card;
import dev.unmask.Mask;
import dev.unmask.Output;
import dev.unmask.Patches;
import dev.unmask.Row;
import dev.unmask.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Holds a model against the golden tensors of its bundle: masks and pixels exactly, numbers within the limits that
/// the manifest states for the device.
public final class Verification {

    private static final Set<String> INSIDE = Set.of("patch_embed", "with_position", "decoder_input");

    private final DeviceModel model;
    private final Card card;
    private final List<Check> checks = new ArrayList<>();

    private Verification(DeviceModel model) {
        this.model = model;
        this.card = model.card();
    }

    /// One check per golden tensor, in the order of the file.
    public static List<Check> of(Bundle bundle, DeviceModel model) {
        Verification verification = new Verification(model);
        Golden.read(bundle).cases().forEach(verification::check);
        return verification.checks;
    }

    private void check(String name, Map<String, Tensor> golden) {
        Tensor idsKeep = required(golden, "ids_keep");
        List<Mask> masks = masks(required(golden, "noise"), (int) idsKeep.shape()[1]);
        checkMasks(name, golden, masks);
        golden.keySet().stream()
                .filter(INSIDE::contains)
                .forEach(stage -> checks.add(Check.inside(name + "." + stage)));
        Tensor bytes = required(golden, "pixels_uint8");
        Tensor pixels = required(golden, "pixels");
        checkPixels(name, bytes, pixels);
        List<Answer> answers = checkAnswers(name, golden, rows(pixels, masks));
        checkAnswers(name + " uint8", golden, rows(bytes, masks));
        checkDecoder(name + " latent", golden, masks);
        if (golden.containsKey("loss")) {
            checkLoss(name, golden, answers, pixels, masks);
        }
    }

    private void checkMasks(String name, Map<String, Tensor> golden, List<Mask> masks) {
        exact(name + ".mask", required(golden, "mask"), masks, mask -> {
            boolean[] hidden = mask.hidden();
            return IntStream.range(0, hidden.length).map(i -> hidden[i] ? 1 : 0).toArray();
        });
        exact(
                name + ".ids_keep",
                required(golden, "ids_keep"),
                masks,
                mask -> Arrays.copyOf(mask.order(), mask.kept()));
        exact(name + ".ids_restore", required(golden, "ids_restore"), masks, Mask::restore);
    }

    private void exact(String name, Tensor expected, List<Mask> masks, Function<Mask, int[]> numbers) {
        double[] actual = masks.stream()
                .flatMapToInt(mask -> Arrays.stream(numbers.apply(mask)))
                .asDoubleStream()
                .toArray();
        checks.add(Check.compare(name, actual, Check.doubles(expected), Limits.EXACT));
    }

    private void checkPixels(String name, Tensor bytes, Tensor pixels) {
        List<Tensor> normalized = new ArrayList<>();
        for (int row = 0; row < bytes.shape()[0]; row++) {
            normalized.add(card.normalization().normalize(bytes.row(row)));
        }
        checks.add(Check.compare(name + ".pixels", together(normalized), Check.doubles(pixels), Limits.EXACT));
    }

    /// The decoder by itself, from PyTorch's latent.
    private void checkDecoder(String name, Map<String, Tensor> golden, List<Mask> masks) {
        Set<Output> predictions = golden(golden, OrtModel.FROM_DECODER);
        if (!predictions.isEmpty()) {
            checkAnswers(name, golden, rows(required(golden, "latent"), masks), predictions);
        }
    }

    private List<Answer> checkAnswers(String name, Map<String, Tensor> golden, List<Row> rows) {
        return checkAnswers(name, golden, rows, golden(golden, Set.of(Output.values())));
    }

    /// Of these outputs, those that the model gives and PyTorch gave.
    private Set<Output> golden(Map<String, Tensor> golden, Set<Output> outputs) {
        Set<Output> given = EnumSet.copyOf(outputs);
        given.removeIf(output -> !card.outputs().contains(output) || !golden.containsKey(name(output)));
        return given;
    }

    /// What golden calls an output. It has the errors of plain pixels always.
    private String name(Output output) {
        return output == Output.PATCH_ERROR && card.normalizedPixels() ? "patch_error_normalized" : output.lowerCase();
    }

    private List<Answer> checkAnswers(String name, Map<String, Tensor> golden, List<Row> rows, Set<Output> wanted) {
        List<Answer> answers = model.run(rows, wanted);
        for (Output output : wanted) {
            String check = name + "." + name(output);
            Tensor expected = required(golden, name(output));
            List<Tensor> actual =
                    answers.stream().map(answer -> answer.get(output)).toList();
            Tensor.Type pixels = rows.getFirst().pixels().type();
            Limits limits = model.limits(output == Output.PATCH_ERROR ? Output.PATCHES : output, pixels);
            checks.add(
                    output == Output.IMAGE
                            ? Check.compareLevels(check, together(actual), Check.doubles(expected), limits)
                            : Check.compare(check, together(actual), Check.doubles(expected), limits));
        }
        return answers;
    }

    /// What Java computes from the predictions: error per patch, and the loss with plain and with normalised pixels.
    private void checkLoss(
            String name, Map<String, Tensor> golden, List<Answer> answers, Tensor pixels, List<Mask> masks) {
        Limits limits = model.limits(Output.PATCHES, Tensor.Type.FLOAT32);
        double[][] plain = new double[masks.size()][];
        double[] losses = new double[masks.size()];
        double[] normalizedLosses = new double[masks.size()];
        for (int row = 0; row < masks.size(); row++) {
            Tensor predicted = answers.get(row).get(Output.PATCHES);
            Tensor target = Patches.patchify(pixels.row(row), card.grid());
            plain[row] = Patches.errors(predicted, target);
            losses[row] = Patches.loss(plain[row], masks.get(row));
            normalizedLosses[row] = Patches.loss(Patches.errors(predicted, Patches.normalize(target)), masks.get(row));
        }
        compare(
                name + " host.patch_error",
                golden,
                Arrays.stream(plain).flatMapToDouble(Arrays::stream).toArray(),
                limits);
        compare(name + ".loss", golden, losses, limits);
        compare(name + ".loss_normalized", golden, normalizedLosses, limits);
    }

    private void compare(String name, Map<String, Tensor> golden, double[] actual, Limits limits) {
        Tensor expected = required(golden, name.substring(name.indexOf('.') + 1));
        checks.add(Check.compare(name, actual, Check.doubles(expected), limits));
    }

    private List<Mask> masks(Tensor noise, int keep) {
        List<Mask> masks = new ArrayList<>();
        for (int row = 0; row < noise.shape()[0]; row++) {
            masks.add(Mask.keeping(card.grid(), keep, noise.row(row).toFloats()));
        }
        return masks;
    }

    private static List<Row> rows(Tensor pixels, List<Mask> masks) {
        List<Row> rows = new ArrayList<>();
        for (int row = 0; row < masks.size(); row++) {
            rows.add(new Row(pixels.row(row), masks.get(row)));
        }
        return rows;
    }

    private static double[] together(List<Tensor> rows) {
        return rows.stream().map(Check::doubles).flatMapToDouble(Arrays::stream).toArray();
    }

    private static Tensor required(Map<String, Tensor> golden, String name) {
        @Nullable Tensor tensor = golden.get(name);
        return Objects.requireNonNull(tensor, () -> "golden tensors lack " + name);
    }
}
