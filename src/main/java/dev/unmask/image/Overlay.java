package dev.unmask.image;

import dev.unmask.Mask;
import dev.unmask.PatchGrid;
import dev.unmask.Tensor;
import java.util.Arrays;

/// A mask laid over pictures of the model's size, uint8 (height, width, 3).
public record Overlay(PatchGrid grid, Mask mask) {

    private static final byte GREY = (byte) 0xA6;

    public Overlay {
        if (mask.patches() != grid.patches()) {
            throw new IllegalArgumentException(mask.patches() + " in the mask, " + grid.patches() + " in the grid");
        }
    }

    /// What the model sees: the picture with its hidden patches grey.
    public Tensor masked(Tensor picture) {
        byte[] grey = new byte[picture.size()];
        Arrays.fill(grey, GREY);
        return combined(picture, Tensor.of(grey, picture.shape()));
    }

    /// The visible patches of the original among the hidden patches of a reconstruction.
    public Tensor combined(Tensor original, Tensor reconstruction) {
        Picture visible = picture(original);
        byte[] rgb = picture(reconstruction).rgb();
        boolean[] hidden = mask.hidden();
        int run = grid.patch() * Picture.CHANNELS;
        for (int y = 0; y < grid.height(); y++) {
            for (int column = 0; column < grid.columns(); column++) {
                int from = y * grid.width() * Picture.CHANNELS + column * run;
                if (!hidden[y / grid.patch() * grid.columns() + column]) {
                    System.arraycopy(visible.rgb(), from, rgb, from, run);
                }
            }
        }
        return Tensor.of(rgb, original.shape());
    }

    private Picture picture(Tensor tensor) {
        Picture picture = Picture.of(tensor);
        if (picture.width() != grid.width() || picture.height() != grid.height()) {
            throw new IllegalArgumentException(
                    picture + " under a mask for " + grid.width() + " x " + grid.height() + " px");
        }
        return picture;
    }
}
