package dev.unmask.server;

import dev.unmask.Card;
import dev.unmask.Placement;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import jakarta.inject.Singleton;
import java.util.Collection;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/// What the models that are served now are and hold, read when Prometheus asks: a model that is gone is not told of.
@Singleton
final class ModelCollector implements MultiCollector {

    private final Models models;

    ModelCollector(Models models) {
        this.models = models;
    }

    @Override
    public MetricSnapshots collect() {
        Collection<ServedModel> served = models.served();
        return MetricSnapshots.of(
                info(served),
                gauge(
                        served,
                        "unmask_queue_rows",
                        "rows that wait or are being prepared",
                        each -> each.batcher().queuedRows()),
                gauge(served, "unmask_queue_limit_rows", "rows that may wait", ServedModel::queueRows),
                gauge(served, "unmask_lanes", "lanes that the model was started with", ServedModel::lanes),
                gauge(
                        served,
                        "unmask_lanes_live",
                        "lanes that work",
                        each -> each.batcher().liveLanes()));
    }

    private static InfoSnapshot info(Collection<ServedModel> served) {
        InfoSnapshot.Builder info = InfoSnapshot.builder().name("unmask_model").help("models that are served");
        for (ServedModel each : served) {
            Card card = each.batcher().card();
            String devices = each.batcher().placements().stream()
                    .map(Placement::device)
                    .distinct()
                    .collect(Collectors.joining(","));
            info.dataPoint(InfoDataPointSnapshot.builder()
                    .labels(Labels.of(
                            "model", card.name(),
                            "digest", card.digest(),
                            "license", card.license(),
                            "flavour", card.flavour(),
                            "device", devices))
                    .build());
        }
        return info.build();
    }

    private static GaugeSnapshot gauge(
            Collection<ServedModel> served, String name, String help, ToDoubleFunction<ServedModel> value) {
        GaugeSnapshot.Builder gauge = GaugeSnapshot.builder().name(name).help(help);
        served.forEach(each -> gauge.dataPoint(GaugeDataPointSnapshot.builder()
                .labels(Labels.of("model", each.name()))
                .value(value.applyAsDouble(each))
                .build()));
        return gauge.build();
    }
}
