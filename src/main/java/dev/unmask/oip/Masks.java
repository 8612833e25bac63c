package dev.unmask.oip;

import dev.unmask.Mask;
import dev.unmask.PatchGrid;
import dev.unmask.Tensor;
import dev.unmask.UnmaskException;
import dev.unmask.door.Options;
import dev.unmask.door.ReconstructOptions;
import dev.unmask.task.Masking;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// What each row of a request hides, and what was used where the caller left it open. All rows keep equally many
/// patches.
record Masks(List<Mask> rows, Map<String, Object> used) {

    /// The ways to say it, which exclude each other. `ratio` goes with noise too.
    private static final List<String> WAYS = List.of("ids_keep", "noise", "seed", "mask");

    /// Of a request by inputs `ids_keep` or `noise`, by parameters `ratio` and `seed`, or by `mask`.
    ///
    /// @param hides whether the request is about hidden patches: its ratio is then that of the paper, if it does
    /// not say; else nothing is hidden
    static Masks of(Inputs inputs, Options options, PatchGrid grid, boolean hides) {
        List<String> said = WAYS.stream()
                .filter(way -> inputs.has(way) || options.values().containsKey(way))
                .toList();
        if (said.size() > 1) {
            throw UnmaskException.invalid("'" + String.join("' and '", said) + "' exclude each other");
        }
        Double ratio = options.given(ReconstructOptions.RATIO);
        String way = said.isEmpty() ? "seed" : said.getFirst();
        if (ratio != null && (way.equals("ids_keep") || way.equals("mask"))) {
            throw UnmaskException.invalid("'ratio' and '" + way + "' exclude each other");
        }
        double share = ratio != null ? ratio : hides || way.equals("noise") ? Masking.DEFAULT_RATIO : 0;
        return switch (way) {
            case "ids_keep" -> given(inputs, way, ids -> Mask.keeping(grid, longs(ids)));
            case "noise" -> given(inputs, way, noise -> Mask.ofNoise(grid, share, noise.toFloats()));
            case "mask" -> alike(inputs, Mask.parse(grid, options.get(ReconstructOptions.MASK)), Map.of());
            default -> drawn(inputs, options, grid, share);
        };
    }

    /// Of a request that begins at the decoder.
    static Masks restoring(Inputs inputs, PatchGrid grid) {
        int kept = Math.toIntExact(inputs.get("latent").shape().get(1)) - 1;
        return given(inputs, "ids_restore", ids -> Mask.restoring(grid, longs(ids), kept));
    }

    private static Masks drawn(Inputs inputs, Options options, PatchGrid grid, double ratio) {
        Long given = options.given(ReconstructOptions.SEED);
        long seed = given == null ? 0 : given;
        Mask mask = ratio == 0 && given == null ? Mask.none(grid) : Mask.random(grid, ratio, seed);
        return alike(inputs, mask, Map.of("ratio", ratio, "seed", seed));
    }

    private static Masks alike(Inputs inputs, Mask mask, Map<String, Object> used) {
        return new Masks(Collections.nCopies(inputs.rows(), mask), used);
    }

    private static Masks given(Inputs inputs, String name, Function<Tensor, Mask> mask) {
        return new Masks(inputs.tensors(name).stream().map(mask).toList(), Map.of());
    }

    private static long[] longs(Tensor tensor) {
        long[] values = new long[tensor.size()];
        tensor.longs().get(values);
        return values;
    }
}
