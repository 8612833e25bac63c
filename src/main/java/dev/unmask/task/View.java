package dev.unmask.task;

import dev.unmask.Card;
import dev.unmask.Tensor;
import dev.unmask.UnmaskException;
import dev.unmask.image.Decoder;
import dev.unmask.image.Frame;
import dev.unmask.image.Picture;
import dev.unmask.image.Preset;

/// A picture as a model sees it: decoded, brought to the model's size.
///
/// @param pixels uint8 (H, W, 3)
/// @param frame where the pixels of the original went
public record View(Tensor pixels, Frame frame) {

    /// Prepares pictures for a model, as `preset` says.
    public static View of(byte[] image, Decoder decoder, Preset preset, Card card) {
        if (card.channels() != 3) {
            throw UnmaskException.invalid(
                    card.name() + " sees " + card.channels() + " channels; pictures have 3, so it takes tensors only");
        }
        Picture picture = decoder.decode(image);
        int height = card.grid().height();
        int width = card.grid().width();
        Frame frame = preset.frame(picture.width(), picture.height(), width, height);
        return new View(preset.apply(picture, height, width).tensor(), frame);
    }
}
