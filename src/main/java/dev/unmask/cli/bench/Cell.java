package dev.unmask.cli.bench;

import dev.unmask.Mask;
import dev.unmask.PatchGrid;
import dev.unmask.Row;
import java.util.List;
import java.util.stream.IntStream;

/// One kind of batch that a model is timed with.
///
/// @param ratio of the patches that are hidden
/// @param rows of a batch
record Cell(Stage stage, double ratio, int rows) {

    /// Batches run in turn, so that no run can profit from the answer of the one before.
    private static final int BATCHES = 2;

    /// Every row has a mask of its own.
    List<List<Row>> batches(Views views, PatchGrid grid) {
        return IntStream.range(0, BATCHES)
                .mapToObj(batch -> views.rows(rows, row -> mask(grid, (long) batch * rows + row)))
                .toList();
    }

    @Override
    public String toString() {
        return stage + ", ratio " + ratio + ", rows " + rows;
    }

    int kept(PatchGrid grid) {
        return mask(grid, 0).kept();
    }

    private Mask mask(PatchGrid grid, long seed) {
        return ratio == 0 ? Mask.none(grid) : Mask.random(grid, ratio, seed);
    }
}
