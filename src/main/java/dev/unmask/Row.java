package dev.unmask;

import java.util.Arrays;

/// One picture with its mask: one row of a batch.
///
/// A row may also begin in the middle of a model, with the latent that an encoder gave for the mask; then only the
/// decoder's outputs, [Output#PATCHES] and [Output#IMAGE], can be asked for.
///
/// @param pixels uint8 (H, W, C) raw, or float32 (C, H, W) normalised, or a latent, float32 (1 + K, D)
public record Row(Tensor pixels, Mask mask) {

    /// Whether it begins at the decoder.
    public boolean isLatent() {
        return pixels.shape().length == 2;
    }

    /// Whether both can be rows of one batch.
    public boolean fits(Row other) {
        return mask.kept() == other.mask.kept()
                && pixels.type() == other.pixels.type()
                && Arrays.equals(pixels.shape(), other.pixels.shape());
    }
}
