package dev.unmask;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;

/// Which patches the encoder sees, and in which order it sees them.
///
/// The patches in `order` come visible first; `kept` of them are visible. A random mask keeps the patches of smallest
/// noise, in ascending order of noise, ties by patch number (arXiv 2111.06377, appendix A.1 "random sampling").
public final class Mask {

    private final int[] order;
    private final int kept;

    private Mask(int[] order, int kept) {
        this.order = order;
        this.kept = kept;
    }

    /// The mask that `torch.manual_seed(seed)` and the reference implementation's `random_masking` give for one
    /// picture.
    public static Mask random(PatchGrid grid, double ratio, long seed) {
        return ofNoise(grid, ratio, Noise.of(seed, grid.patches()));
    }

    /// Keeps the `int(N * (1 - ratio))` patches with the smallest noise.
    public static Mask ofNoise(PatchGrid grid, double ratio, float[] noise) {
        return keeping(grid, grid.visible(ratio), noise);
    }

    /// Keeps the `kept` patches with the smallest noise.
    public static Mask keeping(PatchGrid grid, int kept, float[] noise) {
        requireLength("noise", noise.length, grid);
        for (float value : noise) {
            if (!Float.isFinite(value)) {
                throw UnmaskException.invalid("noise holds " + value + ", which is not a finite number");
            }
        }
        return new Mask(ascending(noise), kept);
    }

    /// Shows exactly these patches, in this order: `ids_keep`. The others follow in ascending order.
    public static Mask keeping(PatchGrid grid, long[] idsKeep) {
        if (idsKeep.length == 0 || idsKeep.length > grid.patches()) {
            throw UnmaskException.invalid("ids_keep has " + idsKeep.length + " values; it takes 1 to " + grid.patches()
                    + ", as many as the model has patches");
        }
        BitSet hidden = new BitSet();
        hidden.set(0, grid.patches());
        int[] order = Arrays.copyOf(distinct("ids_keep", idsKeep, grid), grid.patches());
        for (int i = 0; i < idsKeep.length; i++) {
            hidden.clear(order[i]);
        }
        int next = idsKeep.length;
        for (int patch = hidden.nextSetBit(0); patch >= 0; patch = hidden.nextSetBit(patch + 1)) {
            order[next++] = patch;
        }
        return new Mask(order, idsKeep.length);
    }

    /// The mask of which this is [#restore], with so many visible patches.
    public static Mask restoring(PatchGrid grid, long[] idsRestore, int kept) {
        requireLength("ids_restore", idsRestore.length, grid);
        if (kept < 1 || kept > grid.patches()) {
            throw UnmaskException.invalid(kept + " visible patches are not in 1 to " + grid.patches());
        }
        return new Mask(inverse(distinct("ids_restore", idsRestore, grid)), kept);
    }

    /// Nothing hidden: every patch in its own order.
    public static Mask none(PatchGrid grid) {
        return hiding(grid, new BitSet());
    }

    /// Hides the numbered patches; the others are seen in ascending order.
    public static Mask hiding(PatchGrid grid, Collection<Integer> hidden) {
        BitSet bits = new BitSet();
        for (int patch : hidden) {
            if (patch < 0 || patch >= grid.patches()) {
                throw UnmaskException.invalid("patch " + patch + " is not one of the " + grid.patches()
                        + " patches 0 to " + (grid.patches() - 1));
            }
            bits.set(patch);
        }
        return hiding(grid, bits);
    }

    /// Reads a mask as a user writes it: one character per patch, 0 visible and 1 hidden, row by row; or the numbers of
    /// the hidden patches, `[3, 17]` or `3,17`.
    public static Mask parse(PatchGrid grid, String text) {
        String trimmed = text.strip();
        return trimmed.startsWith("[") || trimmed.contains(",")
                ? hiding(grid, numbers(trimmed))
                : ofCharacters(grid, trimmed);
    }

    public int patches() {
        return order.length;
    }

    /// The number of visible patches.
    public int kept() {
        return kept;
    }

    /// The patches, visible ones first: `ids_shuffle` of the reference implementation.
    public int[] order() {
        return order.clone();
    }

    /// Where each patch stands in `order`: `ids_restore` of the reference implementation.
    public int[] restore() {
        return inverse(order);
    }

    /// For each patch whether it is hidden.
    public boolean[] hidden() {
        boolean[] hidden = new boolean[order.length];
        for (int i = kept; i < order.length; i++) {
            hidden[order[i]] = true;
        }
        return hidden;
    }

    /// One character per patch, 0 visible and 1 hidden: what [#parse] reads.
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(order.length);
        for (boolean hidden : hidden()) {
            text.append(hidden ? '1' : '0');
        }
        return text.toString();
    }

    private static Mask hiding(PatchGrid grid, BitSet hidden) {
        int kept = grid.patches() - hidden.cardinality();
        if (kept == 0) {
            throw UnmaskException.invalid(
                    "the mask hides all " + grid.patches() + " patches; at least one must stay visible");
        }
        int[] order = new int[grid.patches()];
        int visible = 0;
        int masked = kept;
        for (int patch = 0; patch < order.length; patch++) {
            order[hidden.get(patch) ? masked++ : visible++] = patch;
        }
        return new Mask(order, kept);
    }

    private static Mask ofCharacters(PatchGrid grid, String text) {
        requireLength("mask", text.length(), grid);
        BitSet hidden = new BitSet();
        for (int patch = 0; patch < text.length(); patch++) {
            switch (text.charAt(patch)) {
                case '0' -> {}
                case '1' -> hidden.set(patch);
                default ->
                    throw UnmaskException.invalid(
                            "mask holds '" + text.charAt(patch) + "' at patch " + patch + "; it takes 0 and 1");
            }
        }
        return hiding(grid, hidden);
    }

    private static Collection<Integer> numbers(String text) {
        String list = text.replaceAll("^\\[|]$", "").strip();
        if (list.isEmpty()) {
            return List.of();
        }
        return Arrays.stream(list.split(",")).map(Mask::number).toList();
    }

    private static Integer number(String text) {
        try {
            return Integer.valueOf(text.strip());
        } catch (NumberFormatException _) {
            throw UnmaskException.invalid("'" + text.strip() + "' is not a patch number");
        }
    }

    /// Numbers of patches, none of them twice.
    private static int[] distinct(String what, long[] ids, PatchGrid grid) {
        BitSet seen = new BitSet();
        int[] distinct = new int[ids.length];
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] < 0 || ids[i] >= grid.patches()) {
                throw UnmaskException.invalid(
                        what + " holds " + ids[i] + ", which is not in 0 to " + (grid.patches() - 1));
            }
            distinct[i] = (int) ids[i];
            if (seen.get(distinct[i])) {
                throw UnmaskException.invalid(what + " holds " + ids[i] + " twice; it takes each number once");
            }
            seen.set(distinct[i]);
        }
        return distinct;
    }

    private static int[] inverse(int[] permutation) {
        int[] inverse = new int[permutation.length];
        for (int i = 0; i < permutation.length; i++) {
            inverse[permutation[i]] = i;
        }
        return inverse;
    }

    private static void requireLength(String what, int length, PatchGrid grid) {
        if (length != grid.patches()) {
            throw UnmaskException.invalid(what + " has " + length + " values; the model has " + grid.patches()
                    + " patches (" + grid.rows() + " rows of " + grid.columns() + ")");
        }
    }

    /// Indices by ascending value, equal values by index: the value's order-preserving bits above the index.
    private static int[] ascending(float[] values) {
        long[] keys = new long[values.length];
        for (int i = 0; i < values.length; i++) {
            int bits = Float.floatToIntBits(values[i] + 0f); // -0 sorts as 0
            int sortable = bits ^ ((bits >> 31) & 0x7FFFFFFF);
            keys[i] = ((long) sortable << 32) | i;
        }
        Arrays.sort(keys);
        return Arrays.stream(keys).mapToInt(key -> (int) key).toArray();
    }
}
