package dev.unmask.server;

import dev.unmask.Fault;
import dev.unmask.batch.Listener;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a batcher does, as Prometheus sees it.
final class BatchMetrics implements Listener {

    private static final Logger LOG = LoggerFactory.getLogger(BatchMetrics.class);

    private final String model;
    private final MeterRegistry registry;
    private final Timer queue;
    private final Timer infer;
    private final DistributionSummary rows;
    private final DistributionSummary tokens;

    BatchMetrics(String model, MeterRegistry registry) {
        this.model = model;
        this.registry = registry;
        this.queue = phase("queue");
        this.infer = phase("infer");
        this.rows = summary("unmask.batch.rows", "rows of a batch", 1, 2, 4, 8, 16, 32, 64, 128);
        this.tokens = summary("unmask.batch.tokens", "tokens of a batch", 64, 256, 1024, 4096, 8192, 16384);
    }

    @Override
    public void waited(long nanos) {
        queue.record(Duration.ofNanos(nanos));
    }

    @Override
    public void ran(int rows, int tokens, long nanos) {
        this.rows.record(rows);
        this.tokens.record(tokens);
        infer.record(Duration.ofNanos(nanos));
    }

    @Override
    public void refused(Fault fault, int rows) {
        registry.counter(
                        "unmask.refusals",
                        "model",
                        model,
                        "reason",
                        fault.name().toLowerCase(Locale.ROOT))
                .increment();
    }

    @Override
    public void died(int live, Throwable cause) {
        LOG.error("a lane of {} died; {} are left", model, live, cause);
    }

    private Timer phase(String phase) {
        return Timer.builder("unmask.phase")
                .description("time of one phase")
                .tags("model", model, "phase", phase)
                .publishPercentileHistogram()
                .minimumExpectedValue(Duration.ofNanos(100_000))
                .maximumExpectedValue(Duration.ofSeconds(30))
                .register(registry);
    }

    private DistributionSummary summary(String name, String description, double... buckets) {
        return DistributionSummary.builder(name)
                .description(description)
                .tag("model", model)
                .serviceLevelObjectives(buckets)
                .register(registry);
    }
}
