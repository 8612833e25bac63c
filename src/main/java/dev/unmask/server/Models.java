package dev.unmask.server;

import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import dev.unmask.ort.Bundle;
import dev.unmask.ort.Device;
import dev.unmask.ort.OrtModel;
import dev.unmask.task.Catalog;
import dev.unmask.task.ModelControl;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micronaut.runtime.event.annotation.EventListener;
import io.micronaut.runtime.server.event.ServerStartupEvent;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Brings models into the catalog and out of it: loads, warms, replaces, drains, closes. One thing at a time.
@Singleton
final class Models implements ModelControl, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Models.class);
    private static final String NAME = "[A-Za-z0-9_][A-Za-z0-9._-]{0,127}";

    private final Settings settings;
    private final Catalog catalog;
    private final MeterRegistry registry;
    private final List<Bundle> configured;
    private final Map<String, ServedModel> served = new ConcurrentHashMap<>();
    private final ReentrantLock changing = new ReentrantLock();
    private volatile boolean draining;

    /// Opens the bundles that are configured and announces their models; loads nothing yet.
    Models(Settings settings, Catalog catalog, MeterRegistry registry) {
        this.settings = settings;
        this.catalog = catalog;
        this.registry = registry;
        this.configured = settings.models().stream()
                .map(folder -> Bundle.open(Path.of(folder)))
                .toList();
        configured.forEach(bundle -> catalog.announce(bundle.card()));
    }

    /// Loads and warms the configured models, once the port is open: until then the service is alive, but not ready.
    @EventListener
    void loadConfigured(ServerStartupEvent started) {
        configured.forEach(this::serve);
    }

    /// Why the service is not ready for work, a line for each reason; none if it is.
    List<String> obstacles() {
        List<String> obstacles = new ArrayList<>();
        if (draining) {
            obstacles.add("draining");
        }
        catalog.loading().forEach(name -> obstacles.add(name + " is loading"));
        for (ServedModel model : served.values()) {
            if (model.batcher().liveLanes() == 0) {
                obstacles.add("every lane of " + model.name() + " has died");
            }
        }
        return obstacles;
    }

    @Override
    public void load(String name) {
        requireControl();
        if (!name.matches(NAME)) {
            throw UnmaskException.invalid("'" + name + "' is no name of a model");
        }
        Path folder = settings.modelFolder().resolve(name);
        if (!Files.isDirectory(folder)) {
            throw new UnmaskException(Fault.NOT_FOUND, "there is no model '" + name + "' in the folder of models");
        }
        Bundle bundle = Bundle.open(folder);
        if (!bundle.card().name().equals(name)) {
            throw UnmaskException.invalid(
                    "folder " + name + " holds a model named " + bundle.card().name() + "; the names must agree");
        }
        serve(bundle);
    }

    @Override
    public void unload(String name) {
        requireControl();
        changing.lock();
        try {
            ServedModel model = served.remove(name);
            if (model == null) {
                throw new UnmaskException(
                        Fault.NOT_FOUND,
                        "there is no model '" + name + "'; served are " + String.join(", ", served.keySet()));
            }
            catalog.remove(name);
            model.stop(settings.shutdownGrace());
            LOG.info("{} is unloaded", name);
        } finally {
            changing.unlock();
        }
    }

    /// Refuses newcomers and finishes what was accepted; what takes longer than the grace is refused.
    void drain(Duration grace) {
        draining = true;
        List<Thread> drains = served.values().stream()
                .map(model -> Thread.startVirtualThread(() -> model.batcher().drain(grace)))
                .toList();
        try {
            for (Thread drain : drains) {
                drain.join();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /// Frees all models.
    @Override
    @PreDestroy
    public void close() {
        changing.lock();
        try {
            drain(Duration.ZERO);
            served.values().forEach(model -> model.model().close());
        } finally {
            changing.unlock();
        }
    }

    /// Warms a model before it takes the place of the one of its name, which goes when its last request is answered.
    private void serve(Bundle bundle) {
        changing.lock();
        try {
            if (draining) {
                throw new UnmaskException(Fault.UNAVAILABLE, "the service is draining");
            }
            long begin = System.nanoTime();
            ServedModel next = start(bundle);
            catalog.put(next.batcher());
            ServedModel before = served.put(next.name(), next);
            if (before != null) {
                before.stop(settings.shutdownGrace());
            }
            LOG.info("{} is loaded, after {} ms", next.name(), (System.nanoTime() - begin) / 1_000_000);
        } finally {
            changing.unlock();
        }
    }

    private ServedModel start(Bundle bundle) {
        String name = bundle.card().name();
        OrtModel model = OrtModel.open(bundle, Device.parse(settings.device()));
        try {
            Gauge.builder("unmask.queue.rows", served, all -> queuedRows(all.get(name)))
                    .tag("model", name)
                    .description("rows that wait for a batch or are being prepared for it")
                    .register(registry);
            return ServedModel.start(model, 1, settings.policy(), new BatchMetrics(name, registry));
        } catch (RuntimeException | Error e) {
            model.close();
            throw e;
        }
    }

    private static int queuedRows(@Nullable ServedModel model) {
        return model == null ? 0 : model.batcher().queuedRows();
    }

    private void requireControl() {
        if (!settings.modelControl()) {
            throw new UnmaskException(
                    Fault.FORBIDDEN, "models are not loaded or unloaded over the network here (unmask.model-control)");
        }
    }
}
