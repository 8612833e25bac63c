package dev.unmask.server;

import dev.unmask.ort.Engine;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.OptionalLong;

/// What runs here, and the memory that it takes: of the heap, of ONNX Runtime, of everything.
@Singleton
final class ProcessCollector implements MultiCollector {

    private static final Path STATUS = Path.of("/proc/self/status");

    @Override
    public MetricSnapshots collect() {
        MetricSnapshots.Builder all = MetricSnapshots.builder().metricSnapshot(build());
        residentBytes().ifPresent(bytes -> all.metricSnapshot(resident(bytes)));
        return all.build();
    }

    private static InfoSnapshot build() {
        String version = ProcessCollector.class.getPackage().getImplementationVersion();
        return InfoSnapshot.builder()
                .name("unmask_build")
                .help("versions of what runs here")
                .dataPoint(InfoDataPointSnapshot.builder()
                        .labels(Labels.of(
                                "version", Objects.requireNonNullElse(version, "development"),
                                "java", Runtime.version().toString(),
                                "onnxruntime", Engine.version()))
                        .build())
                .build();
    }

    private static GaugeSnapshot resident(long bytes) {
        return GaugeSnapshot.builder()
                .name("process_resident_memory_bytes")
                .help("memory of the process that is not swapped out")
                .dataPoint(
                        GaugeDataPointSnapshot.builder().value((double) bytes).build())
                .build();
    }

    /// Linux tells it, in kB; elsewhere there is none.
    private static OptionalLong residentBytes() {
        try {
            return Files.readAllLines(STATUS).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst();
        } catch (IOException _) {
            return OptionalLong.empty();
        }
    }
}
