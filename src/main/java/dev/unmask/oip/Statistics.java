package dev.unmask.oip;

import jakarta.inject.Singleton;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The statistics extension: what became of the requests of each model of the protocol since the service started.
@Singleton
final class Statistics {

    private final Map<String, ModelCounts> models = new ConcurrentHashMap<>();

    /// Those of a model that is known to be served.
    ModelCounts of(String model) {
        return models.computeIfAbsent(model, ModelCounts::new);
    }
}
