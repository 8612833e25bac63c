package dev.unmask.cli.bench;

import dev.unmask.Card;
import dev.unmask.Output;
import dev.unmask.Row;
import dev.unmask.UnmaskException;
import dev.unmask.ort.Bundle;
import dev.unmask.ort.Captures;
import dev.unmask.ort.DeviceModel;
import dev.unmask.ort.LaneModels;
import dev.unmask.ort.Setup;
import dev.unmask.ort.Stages;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;

/// Lanes of a model on one device, each of which runs batch after batch on a thread of its own.
final class Lanes implements AutoCloseable {

    private static final int WARM_UPS = 3;
    private static final int LEAST_RUNS = 5;

    private final Spent spent = new Spent();
    private final LaneModels models;
    private final ExecutorService threads;

    /// What a cell took.
    ///
    /// @param millis of each run of each lane
    /// @param spent milliseconds of a run in each stage that the model tells of, on average
    record Taken(List<Double> millis, Map<String, Double> spent) {}

    private Lanes(Bundle bundle, Setup setup, int count) {
        models = LaneModels.open(bundle, Collections.nCopies(count, setup), spent);
        threads = Executors.newFixedThreadPool(count);
    }

    /// Opens a model for each lane, or one that all share where its execution is plain.
    static Lanes open(Bundle bundle, Setup setup, int count) {
        return new Lanes(bundle, setup, count);
    }

    Card card() {
        return models.lanes().getFirst().card();
    }

    int count() {
        return models.lanes().size();
    }

    /// How they run, with every choice made.
    Setup setup() {
        return models.lanes().getFirst().setup();
    }

    /// The CUDA graphs of the first lane.
    Captures captures() {
        return models.lanes().getFirst().captures();
    }

    /// Times batches in turn, on all lanes at the same time, after each has warmed up and captured what it will replay.
    Taken time(List<List<Row>> batches, Output output, Duration longest) {
        Set<Output> wanted = Set.of(output);
        all(model -> {
            for (int run = 0; run < WARM_UPS; run++) {
                model.run(batches.get(run % batches.size()), wanted);
                while (model.settle()) {
                    // until nothing is put off
                }
            }
            return List.of();
        });
        spent.clear();
        long end = System.nanoTime() + longest.toNanos();
        List<Double> millis = all(model -> runs(model, batches, wanted, end));
        return new Taken(millis, spent.millis(millis.size()));
    }

    private static List<Double> runs(DeviceModel model, List<List<Row>> batches, Set<Output> wanted, long end) {
        List<Double> millis = new ArrayList<>();
        while (millis.size() < LEAST_RUNS || System.nanoTime() - end < 0) {
            List<Row> batch = batches.get(millis.size() % batches.size());
            long start = System.nanoTime();
            model.run(batch, wanted);
            millis.add((System.nanoTime() - start) / 1e6);
        }
        return millis;
    }

    @Override
    public void close() {
        threads.shutdown();
        models.close();
    }

    /// What a lane does.
    private interface Work {
        List<Double> on(DeviceModel model);
    }

    private List<Double> all(Work work) {
        List<Future<List<Double>>> lanes = models.lanes().stream()
                .map(model -> threads.submit(() -> work.on(model)))
                .toList();
        return lanes.stream().map(Lanes::await).flatMap(List::stream).toList();
    }

    private static List<Double> await(Future<List<Double>> lane) {
        try {
            return lane.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case UnmaskException refusal -> throw refusal;
                case Error lost -> throw lost;
                case null, default -> throw new IllegalStateException("a lane failed", e.getCause());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a lane ran", e);
        }
    }

    /// Adds up what the models tell of their stages.
    private static final class Spent implements Stages {

        private final Map<String, LongAdder> nanos = new ConcurrentHashMap<>();

        @Override
        public void took(String stage, int rows, long took) {
            nanos.computeIfAbsent(stage, _ -> new LongAdder()).add(took);
        }

        void clear() {
            nanos.clear();
        }

        Map<String, Double> millis(int runs) {
            Map<String, Double> millis = new TreeMap<>();
            nanos.forEach((stage, sum) -> millis.put(stage, sum.sum() / 1e6 / runs));
            return Collections.unmodifiableMap(millis);
        }
    }
}
