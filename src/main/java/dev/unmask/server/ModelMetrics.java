package dev.unmask.server;

import dev.unmask.batch.Listener;
import dev.unmask.ort.Stages;
import dev.unmask.task.Embed.Pool;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.DoubleStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What happens with one model, as Prometheus sees it. Outlives the model: one that takes its place counts on.
final class ModelMetrics implements Listener, Stages {

    private static final Logger LOG = LoggerFactory.getLogger(ModelMetrics.class);

    /// 0.1 ms to 30 s.
    static final Duration[] TIMES = DoubleStream.of(
                    0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000)
            .mapToObj(millis -> Duration.ofNanos(Math.round(millis * 1e6)))
            .toArray(Duration[]::new);

    /// Fine enough to see a distribution move: eight to a decade.
    private static final double[] ERRORS = decades(0.01, 3);

    private static final double[] NORMS = decades(1, 3);

    private static final Set<String> GRAPHS = Set.of("encoder", "decoder", "judge", "classifier");

    private final String model;
    private final MeterRegistry registry;
    private final Map<String, Timer> phases = new ConcurrentHashMap<>();
    private final Map<String, Timer> graphs = new ConcurrentHashMap<>();
    private final Map<Pool, DistributionSummary> norms = new EnumMap<>(Pool.class);
    private final Timer queue;
    private final Timer infer;
    private final Counter padding;
    private final DistributionSummary rows;
    private final DistributionSummary tokens;
    private final DistributionSummary loss;
    private final DistributionSummary score;

    ModelMetrics(String model, MeterRegistry registry) {
        this.model = model;
        this.registry = registry;
        this.queue = phase("queue");
        this.infer = phase("infer");
        this.padding = Counter.builder("unmask.padded.rows")
                .description("rows that were added to batches to fill their buckets")
                .tag("model", model)
                .register(registry);
        this.rows = summary("unmask.batch.rows", "rows of a batch", 1, 2, 4, 8, 16, 32, 64, 128);
        this.tokens = summary("unmask.batch.tokens", "tokens of a batch", 64, 256, 1024, 4096, 8192, 16384, 65536);
        this.loss = summary("unmask.reconstruction.loss", "mean squared error of the hidden patches", ERRORS);
        this.score = summary("unmask.anomaly.score", "how odd a picture is", ERRORS);
        for (Pool pool : Pool.values()) {
            norms.put(pool, norm(pool));
        }
    }

    /// A phase took so long: receive and encode are told per request, decode and preprocess per picture.
    void took(String phase, long nanos) {
        phase(phase).record(nanos, TimeUnit.NANOSECONDS);
    }

    void reconstructed(double error) {
        if (!Double.isNaN(error)) {
            loss.record(error);
        }
    }

    void embedded(Pool pool, double norm) {
        Objects.requireNonNull(norms.get(pool)).record(norm);
    }

    void judged(double oddness) {
        score.record(oddness);
    }

    @Override
    public void waited(long nanos) {
        queue.record(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void ran(int rowsOfBatch, int tokensOfBatch, long nanos) {
        rows.record(rowsOfBatch);
        tokens.record(tokensOfBatch);
        infer.record(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void took(String stage, int rowsOfBatch, long nanos) {
        Timer timer = GRAPHS.contains(stage) ? graph(stage) : phase(stage);
        timer.record(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void padded(int rowsAdded) {
        padding.increment(rowsAdded);
    }

    @Override
    public void uncaptured(String bucket, String why) {
        LOG.warn("{}: {} is not captured as a CUDA graph and runs without: {}", model, bucket, why);
    }

    @Override
    public void died(int live, Throwable cause) {
        LOG.error("a lane of {} died; {} are left", model, live, cause);
    }

    /// Told per row: queue; per batch: assemble, and infer, which holds it.
    private Timer phase(String phase) {
        return phases.computeIfAbsent(
                phase,
                name -> timer("unmask.phase", "time of one phase of the work")
                        .tag("phase", name)
                        .register(registry));
    }

    private Timer graph(String graph) {
        return graphs.computeIfAbsent(
                graph,
                name -> timer("unmask.graph", "time of one run of a graph")
                        .tag("graph", name)
                        .register(registry));
    }

    private Timer.Builder timer(String name, String description) {
        return Timer.builder(name).description(description).tag("model", model).serviceLevelObjectives(TIMES);
    }

    private DistributionSummary norm(Pool pool) {
        return builder("unmask.embedding.norm", "L2 length of an embedding before it is normalised", NORMS)
                .tag("pool", pool.toString())
                .register(registry);
    }

    private DistributionSummary summary(String name, String description, double... buckets) {
        return builder(name, description, buckets).register(registry);
    }

    private DistributionSummary.Builder builder(String name, String description, double... buckets) {
        return DistributionSummary.builder(name)
                .description(description)
                .tag("model", model)
                .serviceLevelObjectives(buckets);
    }

    /// Bounds from `first` on.
    private static double[] decades(double first, int decades) {
        double[] steps = {1, 1.3, 1.8, 2.4, 3.2, 4.2, 5.6, 7.5};
        double[] bounds = new double[decades * steps.length + 1];
        for (int i = 0; i < bounds.length; i++) {
            int decade = i / steps.length;
            double exact = first * Math.pow(10, decade) * steps[i % steps.length];
            bounds[i] = Math.round(exact * 10_000) / 10_000.0;
        }
        return bounds;
    }
}
