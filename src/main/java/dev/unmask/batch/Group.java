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
        Group group = of(rows.getFirst(), wanted);
        for (Row row : rows) {
            if (!of(row, group.wanted).equals(group)) {
                throw new IllegalArgumentException("rows of one run must share their kind of pixels and kept patches");
            }
        }
        return group;
    }

    /// Tokens of one row in the encoder: the kept patches and the class token.
    int tokens() {
        return 1 + kept;
    }

    private static Group of(Row row, Set<Output> wanted) {
        List<Long> shape = Arrays.stream(row.pixels().shape()).boxed().toList();
        return new Group(row.mask().kept(), row.pixels().type(), shape, wanted);
    }
}
