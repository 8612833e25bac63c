package dev.unmask;

import java.util.Locale;

/// What a model can be asked for. N patches, K kept, D encoder width, P patch side, C channels.
public enum Output {
    /// Tokens after the encoder, float32 (1 + K, D), in the order the mask keeps them.
    LATENT,
    /// The class token, float32 (D).
    CLS,
    /// The mean of the kept patch tokens, float32 (D).
    MEAN,
    /// The reconstruction as the model predicts it, float32 (N, P * P * C), channel last inside a patch.
    PATCHES,
    /// The reconstruction as a picture, uint8 (H, W, C).
    IMAGE,
    /// How far each patch of the reconstruction is from what the model was trained to predict: the mean squared
    /// error, float32 (N).
    PATCH_ERROR,
    /// Class scores before softmax, float32 (classes). The whole picture is seen, whatever the mask.
    LOGITS;

    /// The output of a name, as [#lowerCase] tells it.
    public static Output of(String lowerCase) {
        return valueOf(lowerCase.toUpperCase(Locale.ROOT));
    }

    /// Its name in lower case: what graphs, protocols and messages call it.
    public String lowerCase() {
        return name().toLowerCase(Locale.ROOT);
    }
}
