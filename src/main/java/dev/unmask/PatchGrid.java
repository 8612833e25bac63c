package dev.unmask;

import java.util.ArrayList;
import java.util.List;

/// The grid of patches a masked autoencoder sees: 224 x 224 px in 16 px patches is 14 x 14 = 196 patches, row by row.
///
/// @param height of the picture in pixels, a multiple of `patch`
/// @param width of the picture in pixels, a multiple of `patch`
/// @param patch side of one patch in pixels
public record PatchGrid(int height, int width, int patch) {

    public PatchGrid {
        if (patch < 1 || height < patch || width < patch || height % patch != 0 || width % patch != 0) {
            throw new IllegalArgumentException(
                    "picture of " + width + " x " + height + " px is not a whole number of " + patch + " px patches");
        }
    }

    public int rows() {
        return height / patch;
    }

    public int columns() {
        return width / patch;
    }

    public int patches() {
        return rows() * columns();
    }

    /// Patches left visible at a mask ratio; truncates in double arithmetic, as the reference implementation does.
    public int visible(double ratio) {
        if (!(ratio >= 0 && ratio < 1)) {
            throw UnmaskException.invalid("mask ratio " + ratio + " is not in [0, 1)");
        }
        int visible = (int) (patches() * (1 - ratio));
        if (visible == 0) {
            throw UnmaskException.invalid("mask ratio " + ratio + " leaves none of " + patches() + " patches visible");
        }
        return visible;
    }

    /// The patches that a box touches, in order. The box is in pixels of the model's picture and half-open.
    public List<Integer> touched(double left, double top, double right, double bottom) {
        List<Integer> touched = new ArrayList<>();
        for (int row = first(top); row < last(bottom, rows()); row++) {
            for (int column = first(left); column < last(right, columns()); column++) {
                touched.add(row * columns() + column);
            }
        }
        return touched;
    }

    private int first(double edge) {
        return (int) Math.max(0, Math.floor(edge / patch));
    }

    private int last(double edge, int limit) {
        return (int) Math.min(limit, Math.ceil(edge / patch));
    }
}
