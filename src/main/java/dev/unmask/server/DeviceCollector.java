package dev.unmask.server;

import dev.unmask.Placement;
import dev.unmask.ort.ArenaUse;
import dev.unmask.ort.Device;
import dev.unmask.ort.DeviceModel;
import dev.unmask.ort.Engine;
import dev.unmask.ort.Setup;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/// The devices that models run on, and what each model holds there, read when Prometheus asks.
@Singleton
final class DeviceCollector implements MultiCollector {

    private final Plan plan;
    private final Models models;

    DeviceCollector(Plan plan, Models models) {
        this.plan = plan;
        this.models = models;
    }

    @Override
    public MetricSnapshots collect() {
        return MetricSnapshots.of(
                info(),
                memory(),
                gauge(
                        "unmask_captured_graphs",
                        "CUDA graphs that are replayed, one for each bucket and graph",
                        model -> model.captures().captured()),
                gauge(
                        "unmask_failed_captures",
                        "CUDA graphs that could not be captured, whose buckets run without",
                        model -> model.captures().failed()),
                arena());
    }

    private InfoSnapshot info() {
        InfoSnapshot.Builder info =
                InfoSnapshot.builder().name("unmask_device").help("where models run, how, and why so");
        for (ServedModel each : models.served()) {
            byDevice(each).values().forEach(lanes -> {
                Placement placement = lanes.getFirst().placements().getFirst();
                info.dataPoint(InfoDataPointSnapshot.builder()
                        .labels(Labels.of(
                                "model", each.name(),
                                "device", placement.device(),
                                "precision", placement.precision(),
                                "execution", placement.execution(),
                                "why", placement.why()))
                        .build());
            });
        }
        return info.build();
    }

    /// Of the cards; nothing of one that does not answer.
    private GaugeSnapshot memory() {
        GaugeSnapshot.Builder memory =
                GaugeSnapshot.builder().name("unmask_device_memory_bytes").help("memory of a card, whoever uses it");
        plan.lanes().stream().map(Setup::device).distinct().forEach(device -> {
            if (device instanceof Device.Gpu card) {
                Engine.memory(card)
                        .ifPresent(bytes -> memory.dataPoint(point(
                                        (double) (bytes.total() - bytes.free()),
                                        "device",
                                        card.text(),
                                        "state",
                                        "used"))
                                .dataPoint(point((double) bytes.free(), "device", card.text(), "state", "free")));
            }
        });
        return memory.build();
    }

    private GaugeSnapshot arena() {
        GaugeSnapshot.Builder arena = GaugeSnapshot.builder()
                .name("unmask_arena_bytes")
                .help("memory of the device that ONNX Runtime keeps for tensors");
        for (ServedModel each : models.served()) {
            byDevice(each)
                    .forEach((device, lanes) -> lanes.stream()
                            .flatMap(model -> model.arena().stream())
                            .reduce(ArenaUse::plus)
                            .ifPresent(bytes -> Map.of(
                                            "used", bytes.inUse(), "peak", bytes.maxInUse(), "reserved", bytes.total())
                                    .forEach((state, value) -> arena.dataPoint(
                                            point(value, "model", each.name(), "device", device, "state", state)))));
        }
        return arena.build();
    }

    private GaugeSnapshot gauge(String name, String help, ToDoubleFunction<DeviceModel> value) {
        GaugeSnapshot.Builder gauge = GaugeSnapshot.builder().name(name).help(help);
        for (ServedModel each : models.served()) {
            byDevice(each)
                    .forEach((device, lanes) -> gauge.dataPoint(
                            point(lanes.stream().mapToDouble(value).sum(), "model", each.name(), "device", device)));
        }
        return gauge.build();
    }

    private static Map<String, List<DeviceModel>> byDevice(ServedModel served) {
        return served.models().models().stream()
                .collect(Collectors.groupingBy(model -> model.device().text(), TreeMap::new, Collectors.toList()));
    }

    private static GaugeDataPointSnapshot point(double value, String... labels) {
        return GaugeDataPointSnapshot.builder()
                .labels(Labels.of(labels))
                .value(value)
                .build();
    }
}
