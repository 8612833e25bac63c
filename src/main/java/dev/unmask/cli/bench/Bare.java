package dev.unmask.cli.bench;

import dev.unmask.Mask;
import dev.unmask.Output;
import dev.unmask.Row;
import dev.unmask.ort.Bundle;
import dev.unmask.ort.Device;
import dev.unmask.ort.OrtModel;
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

    private static final Set<Output> WANTED = Set.of(Output.CLS);

    private final OrtModel model;
    private final Views views;

    Bare(Bundle bundle, List<byte[]> photos) {
        this.model = OrtModel.open(bundle, new Device.Cpu(0));
        this.views = new Views(model.card(), photos);
    }

    /// Rows per second of batches of so many rows, on so many lanes at a time.
    double throughput(int rows, int lanes, Bounds bounds) {
        Mask all = Mask.none(model.card().grid());
        List<Row> batch = views.rows(rows, _ -> all);
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
            model.run(batch, WANTED);
        }
        long start = System.nanoTime();
        long rows = 0;
        while (System.nanoTime() - to < 0) {
            model.run(batch, WANTED);
            rows += batch.size();
        }
        return rows * 1e9 / (System.nanoTime() - start);
    }

    /// Microseconds from the bytes of a photo to its answer, one after the other.
    Histogram latency(Bounds bounds) {
        Mask all = Mask.none(model.card().grid());
        Histogram micros = Tally.histogram();
        long from = System.nanoTime() + bounds.warmUp().toNanos();
        long to = from + bounds.duration().toNanos();
        int photo = 0;
        for (long now = System.nanoTime(); now - to < 0; now = System.nanoTime()) {
            model.run(List.of(new Row(views.decode(photo++).pixels(), all)), WANTED);
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
}
