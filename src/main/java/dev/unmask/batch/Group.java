package dev.unmask.batch;

import dev.unmask.Output;
import dev.unmask.Row;
import dev.unmask.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/// What rows must share to share a run.
///
/// @param shape of one row's pixels, which tells a latent from a picture; so a picture of a wrong size spoils nobody's
/// batch
record Group(int kept, Tensor.Type type, List<Long> shape, Set<Output> wanted) {

    Group {
        shape = List.copyOf(shape);
        wanted = Set.copyOf(wanted);
    }

    static Group of(List<Row> rows, Set<Output> wanted) {
        Row first = rows.getFirst();
        for (Row row : rows) {
            if (!row.fits(first)) {
                throw new IllegalArgumentException("rows of one run must share their kind of pixels and kept patches");
            }
        }
        List<Long> shape = Arrays.stream(first.pixels().shape()).boxed().toList();
        return new Group(first.mask().kept(), first.pixels().type(), shape, wanted);
    }

    /// Tokens of one row in the encoder: the kept patches and the class token.
    int tokens() {
        return 1 + kept;
    }
}
