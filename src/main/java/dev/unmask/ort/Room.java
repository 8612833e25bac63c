package dev.unmask.ort;

import dev.unmask.Card;
import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import java.util.List;
import java.util.stream.Stream;

/// What a graph takes of a device's memory, as far as it is known before it is loaded.
final class Room {

    private Room() {}

    /// Refuses a graph whose weights, inputs and outputs do not fit, before it takes what others need.
    static void require(Bundle bundle, String graph, String variant, Setup setup, Buffers buffers, LaneMemory memory) {
        Manifest.Graph description = bundle.graph(graph, variant).getValue();
        Card card = bundle.card();
        long weights = weights(card, graph, setup.precision());
        long tensors = Stream.of(description.inputs(), description.outputs())
                .flatMap(List::stream)
                .mapToLong(buffers::missing)
                .sum();
        long free = memory.free();
        if (weights + tensors > free) {
            throw new UnmaskException(
                    Fault.UNAVAILABLE,
                    graph + "." + variant + " of " + card.name() + " takes " + mebibytes(weights) + " of weights and "
                            + mebibytes(tensors) + " for " + setup.maxRows() + " rows; "
                            + setup.device().text() + " has " + mebibytes(free) + " free");
        }
    }

    /// Refuses weights that a machine cannot hold: it would swap for hours, or end the process without a word.
    ///
    /// @param memory bytes that the machine has
    static void require(Card card, String graph, Precision precision, long memory) {
        long weights = weights(card, graph, precision);
        if (weights > memory) {
            throw new UnmaskException(
                    Fault.UNAVAILABLE,
                    graph + " of " + card.name() + " takes " + mebibytes(weights) + " of weights; the machine has "
                            + mebibytes(memory) + " of memory");
        }
    }

    private static long weights(Card card, String graph, Precision precision) {
        return card.parameters().getOrDefault(graph, 0L) * precision.bytes();
    }

    private static String mebibytes(long bytes) {
        return Math.ceilDiv(bytes, 1L << 20) + " MiB";
    }
}
