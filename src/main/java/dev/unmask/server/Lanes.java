package dev.unmask.server;

import dev.unmask.Mask;
import dev.unmask.Model;
import dev.unmask.Output;
import dev.unmask.Row;
import dev.unmask.Tensor;
import dev.unmask.batch.Batcher;
import dev.unmask.batch.Policy;
import dev.unmask.ort.OrtModel;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// The loaded models behind their batchers, and whether they are ready for work.
final class Lanes implements AutoCloseable {

    static final Duration GRACE = Duration.ofSeconds(10);

    private final List<Served> served;
    private volatile boolean ready;

    /// One model and the batcher its callers share.
    record Served(OrtModel model, Batcher batcher) {

        static Served start(OrtModel model, Policy policy, MeterRegistry registry) {
            String name = model.card().name();
            Batcher batcher = Batcher.start(List.of(model), policy, new BatchMetrics(name, registry));
            Gauge.builder("unmask.queue.rows", batcher, Batcher::queuedRows)
                    .tag("model", name)
                    .description("rows that wait for a batch")
                    .register(registry);
            Gauge.builder("unmask.queue.limit.rows", policy, Policy::queueRows)
                    .tag("model", name)
                    .description("rows that may wait")
                    .strongReference(true)
                    .register(registry);
            return new Served(model, batcher);
        }

        /// Runs once everything the model can answer, so that no caller waits for loading.
        private void warmUp(int rows) {
            int height = model.card().grid().height();
            int width = model.card().grid().width();
            Tensor grey = Tensor.allocate(
                    Tensor.Type.UINT8, height, width, model.card().channels());
            Row row = new Row(grey, Mask.none(model.card().grid()));
            Set<Output> all = EnumSet.copyOf(model.card().outputs());
            model.run(Collections.nCopies(rows, row), all);
        }
    }

    Lanes(List<Served> served) {
        this.served = List.copyOf(served);
    }

    List<? extends Model> models() {
        return served.stream().map(Served::batcher).toList();
    }

    void warmUp() {
        for (Served each : served) {
            each.warmUp(1);
            each.warmUp(2);
        }
        ready = true;
    }

    boolean ready() {
        return ready && served.stream().allMatch(each -> each.batcher().liveLanes() > 0);
    }

    /// Refuses what comes and finishes what was accepted.
    void drain() {
        ready = false;
        served.forEach(each -> each.batcher().drain(GRACE));
    }

    /// Frees the models, after what was accepted is finished.
    @Override
    public void close() {
        drain();
        served.forEach(each -> each.model().close());
    }
}
