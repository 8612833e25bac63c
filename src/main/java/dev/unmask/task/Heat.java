package dev.unmask.task;

import dev.unmask.PatchGrid;
import dev.unmask.Tensor;
import java.nio.FloatBuffer;

/// A value per patch as a smooth map of pixels: averaged with the neighbouring patches by weights 1 2 1 (a Gaussian of
/// 0.7 patches) along rows and columns, then interpolated between the patches' centres. At the border the outermost
/// patches continue.
final class Heat {

    private final double[] values;
    private final PatchGrid grid;

    private Heat(double[] values, PatchGrid grid) {
        this.values = values;
        this.grid = grid;
    }

    /// float32 (H, W)
    static Tensor of(double[] values, PatchGrid grid) {
        return new Heat(values, grid).smoothed().pixels();
    }

    private Heat smoothed() {
        double[] smooth = new double[values.length];
        for (int row = 0; row < grid.rows(); row++) {
            for (int column = 0; column < grid.columns(); column++) {
                double above = line(row - 1, column);
                double below = line(row + 1, column);
                smooth[row * grid.columns() + column] = (above + 2 * line(row, column) + below) / 16;
            }
        }
        return new Heat(smooth, grid);
    }

    private double line(int row, int column) {
        return at(row, column - 1) + 2 * at(row, column) + at(row, column + 1);
    }

    private Tensor pixels() {
        Tensor pixels = Tensor.allocate(Tensor.Type.FLOAT32, grid.height(), grid.width());
        FloatBuffer to = pixels.floats();
        for (int y = 0; y < grid.height(); y++) {
            for (int x = 0; x < grid.width(); x++) {
                to.put((float) between(center(y), center(x)));
            }
        }
        return pixels;
    }

    /// Where the middle of a pixel lies, counted in patches from the middle of the first.
    private double center(int pixel) {
        return (pixel + 0.5) / grid.patch() - 0.5;
    }

    private double between(double y, double x) {
        int row = (int) Math.floor(y);
        int column = (int) Math.floor(x);
        double above = mix(at(row, column), at(row, column + 1), x - column);
        double below = mix(at(row + 1, column), at(row + 1, column + 1), x - column);
        return mix(above, below, y - row);
    }

    private static double mix(double a, double b, double share) {
        return a + (b - a) * share;
    }

    private double at(int row, int column) {
        int y = Math.clamp(row, 0, grid.rows() - 1);
        int x = Math.clamp(column, 0, grid.columns() - 1);
        return values[y * grid.columns() + x];
    }
}
