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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;

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

    /// Rows per second of batches of so many rows, on so many lanes at a time.
    double throughput(int rows, int lanes, Bounds bounds) {
        List<Row> batch = rows(rows, Mask.none(card().grid()));
        long from = System.nanoTime() + bounds.warmUp().toNanos();
        long to = from + bounds.duration().toNanos();
        try (ExecutorService threads = Executors.newFixedThreadPool(lanes)) {
            return IntStream.range(0, lanes)
                    .mapToObj(_ -> threads.submit(() -> throughput(batch, from, to)))
                    .toList()
                    .stream()
                    .mapToDouble(Bare::await)
                    .sum();
        }
    }

    /// The last batch counts whole, with all of its time.
    private double throughput(List<Row> batch, long from, long to) {
        while (System.nanoTime() - from < 0) {
            run(batch, Output.CLS);
        }
        long start = System.nanoTime();
        long rows = 0;
        while (System.nanoTime() - to < 0) {
            run(batch, Output.CLS);
            rows += batch.size();
        }
        return rows * 1e9 / (System.nanoTime() - start);
    }

    /// Microseconds from the bytes of a photo to its answer, one after the other.
    Histogram latency(Bounds bounds) {
        Mask mask = Mask.none(card().grid());
        Histogram micros = Tally.histogram();
        long from = System.nanoTime() + bounds.warmUp().toNanos();
        long to = from + bounds.duration().toNanos();
        int photo = 0;
        for (long now = System.nanoTime(); now - to < 0; now = System.nanoTime()) {
            run(List.of(new Row(decode(photo++).pixels(), mask)), Output.CLS);
            if (now - from >= 0) {
                Tally.record(micros, System.nanoTime() - now);
            }
        }
        return micros;
    }

    @Override
    public void close() {
        model.close();
    }

    private static double await(Future<Double> future) {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("a lane failed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a lane ran", e);
        }
    }

    private View decode(byte[] photo) {
        return View.of(photo, Decoder.DEFAULT, preset, model.card());
    }
}
