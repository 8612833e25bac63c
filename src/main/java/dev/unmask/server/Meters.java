package dev.unmask.server;

import dev.unmask.task.Embed.Pool;
import dev.unmask.task.Listener;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The metrics of every model by its name, looked up without the registry's cost. Only models that are known get some.
@Singleton
final class Meters implements Listener {

    private final MeterRegistry registry;
    private final Map<String, ModelMetrics> models = new ConcurrentHashMap<>();

    Meters(MeterRegistry registry) {
        this.registry = registry;
    }

    ModelMetrics of(String model) {
        return models.computeIfAbsent(model, name -> new ModelMetrics(name, registry));
    }

    @Override
    public void prepared(String model, long decodeNanos, long preprocessNanos) {
        ModelMetrics metrics = of(model);
        metrics.took("decode", decodeNanos);
        metrics.took("preprocess", preprocessNanos);
    }

    @Override
    public void reconstructed(String model, double loss) {
        of(model).reconstructed(loss);
    }

    @Override
    public void embedded(String model, Pool pool, double norm) {
        of(model).embedded(pool, norm);
    }

    @Override
    public void judged(String model, double score) {
        of(model).judged(score);
    }
}
