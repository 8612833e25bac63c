package dev.unmask.cli.bench;

import dev.unmask.Card;
import dev.unmask.Mask;
import dev.unmask.Row;
import dev.unmask.image.Decoder;
import dev.unmask.image.Preset;
import dev.unmask.task.View;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/// Photos as a model sees them; numbers of photos go round.
final class Views {

    private final Card card;
    private final List<byte[]> photos;
    private final List<View> views;

    Views(Card card, List<byte[]> photos) {
        this.card = card;
        this.photos = List.copyOf(photos);
        this.views = photos.stream().map(this::decode).toList();
    }

    int photos() {
        return photos.size();
    }

    /// The pixels of a photo, decoded anew.
    View decode(int photo) {
        return decode(photos.get(photo % photos.size()));
    }

    /// Rows of photos that were decoded before.
    ///
    /// @param masks of each row by its number
    List<Row> rows(int rows, IntFunction<Mask> masks) {
        return IntStream.range(0, rows)
                .mapToObj(row -> new Row(views.get(row % views.size()).pixels(), masks.apply(row)))
                .toList();
    }

    private View decode(byte[] photo) {
        return View.of(photo, Decoder.DEFAULT, Preset.of(card.preprocess()), card);
    }
}
