package dev.unmask.server;

import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import dev.unmask.door.Readiness;
import dev.unmask.ort.Bundle;
import dev.unmask.task.Catalog;
import dev.unmask.task.ModelControl;
import io.micronaut.runtime.event.annotation.EventListener;
import io.micronaut.runtime.server.event.ServerStartupEvent;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Brings models into the catalog and out of it: loads, warms, replaces, drains, closes. One thing at a time.
@Singleton
final class Models implements ModelControl, Readiness, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Models.class);
    private static final String NAME = "[A-Za-z0-9_][A-Za-z0-9._-]{0,127}";

    private final Settings settings;
    private final Plan plan;
    private final Catalog catalog;
    private final Meters meters;
    private final List<Bundle> configured;
    private final Map<String, ServedModel> served = new ConcurrentHashMap<>();
    private final ReentrantLock changing = new ReentrantLock();
    private volatile boolean draining;

    /// Opens the bundles that are configured and announces their models; loads nothing yet.
    Models(Settings settings, Plan plan, Catalog catalog, Meters meters) {
        this.settings = settings;
        this.plan = plan;
        this.catalog = catalog;
        this.meters = meters;
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

    /// The models that work or wait for work.
    Collection<ServedModel> served() {
        return served.values();
    }

    @Override
    public List<String> obstacles() {
        if (draining) {
            return List.of("draining");
        }
        List<String> obstacles = new ArrayList<>();
        catalog.loading().forEach(name -> obstacles.add(name + ": loading"));
        obstacles.addAll(deaths());
        return obstacles;
    }

    /// Lanes do not come back. Those of a service that drains end as they should.
    @Override
    public List<String> deaths() {
        return losses(ServedModel::isDead);
    }

    @Override
    public List<String> details() {
        List<String> details = new ArrayList<>();
        served.values().forEach(model -> details.addAll(model.places()));
        details.addAll(losses(_ -> true));
        return details;
    }

    private List<String> losses(Predicate<ServedModel> of) {
        return draining
                ? List.of()
                : served.values().stream()
                        .filter(of)
                        .flatMap(model -> model.loss().stream())
                        .toList();
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
    public List<String> available() {
        if (!settings.modelControl() || !Files.isDirectory(settings.modelFolder())) {
            return List.of();
        }
        try (Stream<Path> folders = Files.list(settings.modelFolder())) {
            return folders.filter(folder -> Files.exists(folder.resolve(Bundle.MANIFEST)))
                    .map(folder -> folder.getFileName().toString())
                    .filter(name -> name.matches(NAME))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UnmaskException(Fault.INTERNAL, "the folder of models cannot be read", e);
        }
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
            served.values().forEach(ServedModel::close);
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
            ServedModel next =
                    ServedModel.start(bundle, plan, meters.of(bundle.card().name()));
            catalog.put(next.batcher());
            ServedModel before = served.put(next.name(), next);
            if (before != null) {
                before.stop(settings.shutdownGrace());
            }
            LOG.info("{} is loaded, after {} ms", next.name(), (System.nanoTime() - begin) / 1_000_000);
            next.places().forEach(place -> LOG.info("{}", place));
        } finally {
            changing.unlock();
        }
    }

    private void requireControl() {
        if (!settings.modelControl()) {
            throw new UnmaskException(
                    Fault.FORBIDDEN, "models are not loaded or unloaded over the network here (unmask.model-control)");
        }
    }
}
