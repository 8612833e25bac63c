package dev.unmask.task;

import dev.unmask.Card;
import dev.unmask.Patches;
import dev.unmask.Tensor;

/// A picture before masking, as what a prediction is compared with.
///
/// @param patches float32 (N, P * P * C) normalised
/// @param target what the model was trained to predict of these
record Original(Tensor patches, Tensor target) {

    /// @param pixels uint8 (H, W, C) raw, or float32 (C, H, W) normalised
    static Original of(Card card, Tensor pixels) {
        Tensor normalized =
                pixels.type() == Tensor.Type.UINT8 ? card.normalization().normalize(pixels) : pixels;
        Tensor patches = Patches.patchify(normalized, card.grid());
        return new Original(patches, card.normalizedPixels() ? Patches.normalize(patches) : patches);
    }

    /// The mean squared error of each patch of a prediction.
    double[] errors(Tensor predicted) {
        return Patches.errors(predicted, target);
    }

    /// Such pixels as what is shown beside a prediction, uint8 (H, W, C).
    static Tensor picture(Card card, Tensor pixels) {
        return pixels.type() == Tensor.Type.UINT8
                ? pixels
                : Patches.picture(Patches.patchify(pixels, card.grid()), card.grid(), card.normalization());
    }
}
