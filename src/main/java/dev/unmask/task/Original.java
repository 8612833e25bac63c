package dev.unmask.task;

import dev.unmask.Card;
import dev.unmask.Patches;
import dev.unmask.Tensor;

/// A picture before masking, as what a prediction is compared with and as what is shown beside it.
///
/// @param pixels uint8 (H, W, C) raw, or float32 (C, H, W) normalised
/// @param patches float32 (N, P * P * C) normalised
/// @param target what the model was trained to predict of these
record Original(Card card, Tensor pixels, Tensor patches, Tensor target) {

    static Original of(Card card, Tensor pixels) {
        Tensor normalized =
                pixels.type() == Tensor.Type.UINT8 ? card.normalization().normalize(pixels) : pixels;
        Tensor patches = Patches.patchify(normalized, card.grid());
        return new Original(card, pixels, patches, card.normalizedPixels() ? Patches.normalize(patches) : patches);
    }

    /// The mean squared error of each patch of a prediction.
    double[] errors(Tensor predicted) {
        return Patches.errors(predicted, target);
    }

    /// uint8 (H, W, C)
    Tensor picture() {
        return pixels.type() == Tensor.Type.UINT8
                ? pixels
                : Patches.picture(patches, card.grid(), card.normalization());
    }
}
