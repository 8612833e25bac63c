package dev.unmask;

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
}
