package dev.unmask.cli.bench;

import dev.unmask.Card;
import dev.unmask.Mask;
import dev.unmask.Output;
import dev.unmask.Row;
import dev.unmask.image.Decoder;
import dev.unmask.image.Preset;
import dev.unmask.ort.Bundle;
import dev.unmask.ort.Device;
import dev.unmask.ort.OrtModel;
import dev.unmask.task.View;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/// A model without a service: photos to pixels, and rows of pixels in a bare session.
final class Bare implements AutoCloseable {

    private final OrtModel model;
    private final List<byte[]> photos;
    private final Preset preset;
    private final List<View> views;

    Bare(Bundle bundle, Device device, List<byte[]> photos) {
        this.model = OrtModel.open(bundle, device);
        this.photos = List.copyOf(photos);
        this.preset = Preset.of(model.card().preprocess());
        this.views = photos.stream().map(this::decode).toList();
    }

    Card card() {
        return model.card();
    }

    int photos() {
        return photos.size();
    }

    /// The pixels of a photo; numbers go round.
    View decode(int photo) {
        return decode(photos.get(photo % photos.size()));
    }

    /// Rows of photos that were decoded before.
    List<Row> rows(int rows, Mask mask) {
        return IntStream.range(0, rows)
                .mapToObj(row -> new Row(views.get(row % views.size()).pixels(), mask))
                .toList();
    }

    void run(List<Row> rows, Output wanted) {
        model.run(rows, Set.of(wanted));
    }

    @Override
    public void close() {
        model.close();
    }

    private View decode(byte[] photo) {
        return View.of(photo, Decoder.DEFAULT, preset, model.card());
    }
}
