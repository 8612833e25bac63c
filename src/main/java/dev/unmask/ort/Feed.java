package dev.unmask.ort;

import dev.unmask.Card;
import dev.unmask.Fault;
import dev.unmask.Mask;
import dev.unmask.Output;
import dev.unmask.Row;
import dev.unmask.Tensor;
import dev.unmask.UnmaskException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Gatherers;
import java.util.stream.LongStream;

/// Rows of one run: such as the model takes, and alike.
///
/// @param type of the pixels, or of the latents
/// @param latent whether the rows begin at the decoder
/// @param kept patches of each row
record Feed(List<Row> rows, Tensor.Type type, boolean latent, int kept) {

    /// Refuses rows that the model cannot take or that do not fit together.
    static Feed of(Card card, List<Row> rows, Set<Output> wanted) {
        Row first = rows.getFirst();
        for (Row row : rows) {
            check(card, row, wanted);
            if (!row.fits(first)) {
                throw new IllegalArgumentException("rows of one run must share their kind of pixels and kept patches");
            }
        }
        return new Feed(
                rows, first.pixels().type(), first.isLatent(), first.mask().kept());
    }

    /// The same rows in parts of at most so many.
    List<Feed> parts(int most) {
        return rows.stream()
                .gather(Gatherers.windowFixed(most))
                .map(part -> new Feed(part, type, latent, kept))
                .toList();
    }

    /// The graphs that these rows pass for some outputs, in their order.
    List<String> graphs(Set<Output> wanted) {
        return OrtModel.graphsOf(wanted).stream()
                .filter(graph -> !latent || graph.equals("decoder"))
                .toList();
    }

    /// What the rows bring to the graphs, by the names of the graphs' inputs.
    Map<String, Tensor> inputs() {
        Row first = rows.getFirst();
        String pixels = latent ? "latent" : "pixels";
        return Map.of(
                pixels,
                laid(pixels, type, first.pixels().shape()),
                "ids_keep",
                laid("ids_keep", Tensor.Type.INT64, kept),
                "ids_restore",
                laid("ids_restore", Tensor.Type.INT64, first.mask().patches()));
    }

    private Tensor laid(String input, Tensor.Type type, long... shape) {
        long[] batched = LongStream.concat(LongStream.of(rows.size()), Arrays.stream(shape))
                .toArray();
        Tensor tensor = Tensor.allocate(type, batched);
        lay(input, tensor.bytes(), rows.size());
        return tensor;
    }

    /// Lays an input out in memory, row after row. Places for more rows than there are get the last one again.
    void lay(String input, ByteBuffer into, int places) {
        into.order(ByteOrder.nativeOrder());
        for (int place = 0; place < places; place++) {
            Row row = rows.get(Math.min(place, rows.size() - 1));
            switch (input) {
                case "pixels", "latent" -> into.put(row.pixels().bytes());
                case "ids_keep" -> put(into, row.mask().order(), kept);
                case "ids_restore" -> put(into, row.mask().restore(), row.mask().patches());
                default -> throw new UnmaskException(Fault.UNSUPPORTED, "no row has " + input);
            }
        }
    }

    private static void put(ByteBuffer into, int[] ids, int count) {
        for (int i = 0; i < count; i++) {
            into.putLong(ids[i]);
        }
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
}
