package dev.unmask.batch;

import dev.unmask.Output;
import dev.unmask.Row;
import dev.unmask.Tensor;
import java.util.List;
import java.util.Set;

/// What rows must share to share a run.
///
/// @param values of one row's pixels, so that a picture of a wrong size spoils nobody's batch
record Group(int kept, Tensor.Type type, int values, Set<Output> wanted) {

    Group {
        wanted = Set.copyOf(wanted);
    }

    static Group of(List<Row> rows, Set<Output> wanted) {
        Group group = of(rows.getFirst(), wanted);
        for (Row row : rows) {
            if (!of(row, group.wanted).equals(group)) {
                throw new IllegalArgumentException("rows of one run must share their pixel type and kept patches");
            }
        }
        return group;
    }

    /// Tokens of one row in the encoder: the kept patches and the class token.
    int tokens() {
        return 1 + kept;
    }

    private static Group of(Row row, Set<Output> wanted) {
        return new Group(row.mask().kept(), row.pixels().type(), row.pixels().size(), wanted);
    }
}
