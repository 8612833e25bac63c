package dev.unmask.ort;

import dev.unmask.Card;
import dev.unmask.Mask;
import dev.unmask.Output;
import dev.unmask.Row;
import dev.unmask.Tensor;
import dev.unmask.UnmaskException;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/// Rows laid out in native memory as the graphs take them.
///
/// @param pixels of all rows, or their latents
record Feed(Tensor pixels, Tensor idsKeep, Tensor idsRestore, boolean latent, int rows, int kept) {

    /// Refuses rows that the model cannot take or that do not fit together.
    static Feed of(Card card, List<Row> rows, Set<Output> wanted) {
        Row first = rows.getFirst();
        for (Row row : rows) {
            check(card, row, wanted);
            if (!row.fits(first)) {
                throw new IllegalArgumentException("rows of one run must share their kind of pixels and kept patches");
            }
        }
        int kept = first.mask().kept();
        Tensor pixels = Tensor.allocate(
                first.pixels().type(), batched(rows.size(), first.pixels().shape()));
        Tensor idsKeep = Tensor.allocate(Tensor.Type.INT64, rows.size(), kept);
        Tensor idsRestore =
                Tensor.allocate(Tensor.Type.INT64, rows.size(), first.mask().patches());
        ByteBuffer pixelBytes = pixels.bytes();
        LongBuffer keep = idsKeep.longs();
        LongBuffer restore = idsRestore.longs();
        for (Row row : rows) {
            pixelBytes.put(row.pixels().bytes());
            int[] order = row.mask().order();
            for (int i = 0; i < kept; i++) {
                keep.put(order[i]);
            }
            for (int place : row.mask().restore()) {
                restore.put(place);
            }
        }
        return new Feed(pixels, idsKeep, idsRestore, first.isLatent(), rows.size(), kept);
    }

    private static void check(Card card, Row row, Set<Output> wanted) {
        Mask mask = row.mask();
        int patches = card.grid().patches();
        if (mask.patches() != patches) {
            throw UnmaskException.invalid(
                    "the mask is of " + mask.patches() + " patches; " + card.name() + " has " + patches);
        }
        if (row.isLatent()) {
            checkLatent(card, row, wanted);
        } else {
            checkPixels(card, row.pixels());
        }
    }

    private static void checkLatent(Card card, Row row, Set<Output> wanted) {
        long[] shape = {1 + row.mask().kept(), card.encoder().width()};
        if (!is(row.pixels(), Tensor.Type.FLOAT32, shape)) {
            throw UnmaskException.invalid(
                    "the latent is " + row.pixels() + "; with " + row.mask().kept() + " visible patches " + card.name()
                            + " takes float32" + Arrays.toString(shape));
        }
        for (Output output : wanted) {
            if (!OrtModel.FROM_DECODER.contains(output)) {
                throw UnmaskException.invalid(
                        "a latent leads to patches and image, not to " + output.lowerCase() + ", which takes pixels");
            }
        }
    }

    private static void checkPixels(Card card, Tensor pixels) {
        int height = card.grid().height();
        int width = card.grid().width();
        long[] raw = {height, width, card.channels()};
        long[] normalized = {card.channels(), height, width};
        if (!is(pixels, Tensor.Type.UINT8, raw) && !is(pixels, Tensor.Type.FLOAT32, normalized)) {
            throw UnmaskException.invalid("the pixels are " + pixels + "; " + card.name() + " takes uint8"
                    + Arrays.toString(raw) + " raw or float32" + Arrays.toString(normalized)
                    + " normalised");
        }
    }

    private static boolean is(Tensor tensor, Tensor.Type type, long[] shape) {
        return tensor.type() == type && Arrays.equals(tensor.shape(), shape);
    }

    private static long[] batched(int rows, long[] shape) {
        long[] batched = new long[1 + shape.length];
        batched[0] = rows;
        System.arraycopy(shape, 0, batched, 1, shape.length);
        return batched;
    }
}
