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
/// @param width of the picture as it was decoded, in pixels
/// @param height of the picture as it was decoded
public record View(Tensor pixels, Frame frame, int width, int height) {

    /// Prepares a picture for a model, as `preset` says.
    public static View of(byte[] image, Decoder decoder, Preset preset, Card card) {
        return of(image, decoder, preset, card, Listener.NONE);
    }

    static View of(byte[] image, Decoder decoder, Preset preset, Card card, Listener listener) {
        if (card.channels() != 3) {
            throw UnmaskException.invalid(
                    card.name() + " sees " + card.channels() + " channels; pictures have 3, so it takes tensors only");
        }
        long begun = System.nanoTime();
        Picture picture = decoder.decode(image);
        long decoded = System.nanoTime();
        int height = card.grid().height();
        int width = card.grid().width();
        Frame frame = preset.frame(picture.width(), picture.height(), width, height);
        View view = new View(preset.apply(picture, height, width).tensor(), frame, picture.width(), picture.height());
        listener.prepared(card.name(), decoded - begun, System.nanoTime() - decoded);
        return view;
    }
}
