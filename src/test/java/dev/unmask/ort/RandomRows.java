package dev.unmask.ort;

import dev.unmask.Mask;
import dev.unmask.PatchGrid;
import dev.unmask.Row;
import dev.unmask.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Pictures of noise, always the same, each with a mask of its own.
final class RandomRows {

    private RandomRows() {}

    static List<Row> rows(OrtModel model, int count) {
        PatchGrid grid = model.card().grid();
        Random random = new Random(7);
        List<Row> rows = new ArrayList<>();
        for (int row = 0; row < count; row++) {
            byte[] pixels = new byte[grid.height() * grid.width() * model.card().channels()];
            random.nextBytes(pixels);
            Tensor picture =
                    Tensor.of(pixels, grid.height(), grid.width(), model.card().channels());
            rows.add(new Row(picture, Mask.random(grid, 0.75, row)));
        }
        return rows;
    }

    /// The same pictures as float32.
    static List<Row> normalized(OrtModel model, int count) {
        return rows(model, count).stream()
                .map(row -> new Row(model.card().normalization().normalize(row.pixels()), row.mask()))
                .toList();
    }
}
