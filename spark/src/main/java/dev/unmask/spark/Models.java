package dev.unmask.spark;

import dev.unmask.batch.Pool;
import dev.unmask.image.Preset;
import dev.unmask.job.Views;
import dev.unmask.ort.Bundle;
import dev.unmask.ort.CardPlan;
import dev.unmask.ort.Choice;
import dev.unmask.ort.CpuPlan;
import dev.unmask.ort.Execution;
import dev.unmask.ort.LaneModels;
import dev.unmask.ort.LaneSetup;
import dev.unmask.ort.Precision;
import dev.unmask.ort.Stages;
import dev.unmask.task.PixelsInFlight;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.SparkEnv;
import org.apache.spark.SparkFiles;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The models of this executor: each is loaded once, by the first task that needs it, and shared by all.
///
/// Static, as Spark gives the tasks of an executor nothing else in common. [UnmaskPlugin] closes them.
final class Models {

    private static final Logger LOG = LoggerFactory.getLogger(Models.class);
    private static final String NATIVES = "unmask.natives";
    private static final String DRIVER = "driver"; // the executor of a local master
    private static final Map<Key, Loaded> LOADED = new ConcurrentHashMap<>();

    private Models() {}

    /// What tasks must agree on to share a model.
    private record Key(String digest, String device, String precision, int batch, int tasks, int threads) {}

    /// A model on this executor's device.
    ///
    /// @param runs that a task may have at once
    /// @param pixels that all tasks together decode at a time
    private record Loaded(LaneModels models, Pool lanes, int runs, PixelsInFlight pixels) {

        static Loaded of(LaneModels models, int runs) {
            Pool lanes = new Pool(models.lanes());
            Preset any = Preset.of(lanes.card().preprocess());
            return new Loaded(
                    models, lanes, runs, Views.of(lanes, any, false, 1, runs).pixels());
        }

        Views views(Preset preset, boolean exif) {
            int rows = models.lanes().getFirst().setup().maxRows();
            return new Views(lanes, preset, exif, rows, runs, pixels);
        }
    }

    /// How pictures reach the model of a specification, for the task of this thread.
    static Views views(ModelSpec spec) {
        Share share = Share.ofTask();
        Bundle bundle = ModelFiles.open(spec);
        Key key = new Key(
                bundle.card().digest(),
                Devices.of(spec.device(), share.gpus()),
                spec.precision(),
                spec.batch(),
                share.tasks(),
                share.threads());
        Loaded loaded = LOADED.computeIfAbsent(key, _ -> load(bundle, key, spec));
        String preset = spec.preset() == null ? bundle.card().preprocess() : spec.preset();
        return loaded.views(Preset.of(preset), spec.exif());
    }

    /// Frees the models, once nobody runs them.
    static void close() {
        for (Key key : List.copyOf(LOADED.keySet())) {
            Loaded loaded = LOADED.remove(key);
            if (loaded != null) {
                loaded.models.close();
                LOG.info("unmask: closed {} on {}", loaded.lanes.card().name(), key.device);
            }
        }
    }

    private static Loaded load(Bundle bundle, Key key, ModelSpec spec) {
        placeNatives(spec);
        Choice choice = Choice.of(key.device, System.getProperty("unmask.cuda-path", ""));
        LaneSetup setup = new LaneSetup(choice, Precision.parse(key.precision), Execution.AUTO, 0);
        Loaded loaded = setup.onCards() ? onCard(bundle, key, setup) : onProcessor(bundle, key, setup);
        LOG.info("unmask: opened {} from {}: {}", bundle.card().name(), bundle.folder(), loaded.lanes.placements());
        return loaded;
    }

    /// Lanes that take turns, for one task or for several that share the card.
    private static Loaded onCard(Bundle bundle, Key key, LaneSetup setup) {
        CardPlan plan = CardPlan.of(0, key.batch, 0, Integer.MAX_VALUE);
        LaneModels models = LaneModels.open(bundle, setup.of(plan), Stages.UNHEARD);
        models.warm();
        return Loaded.of(models, plan.lanes());
    }

    /// A lane for each task.
    private static Loaded onProcessor(Bundle bundle, Key key, LaneSetup setup) {
        CpuPlan plan = CpuPlan.of(key.tasks, key.tasks, key.threads, key.batch);
        return Loaded.of(LaneModels.open(bundle, setup.of(plan), Stages.UNHEARD), 1);
    }

    /// Unless told otherwise, an executor's libraries go into its own working folder: its user may have no home.
    private static void placeNatives(ModelSpec spec) {
        if (spec.natives() != null) {
            System.setProperty(NATIVES, ModelFiles.local(spec.natives()).toString());
        } else if (System.getProperty(NATIVES) == null
                && !SparkEnv.get().executorId().equals(DRIVER)) {
            Path folder = Path.of(SparkFiles.getRootDirectory()).toAbsolutePath();
            System.setProperty(
                    NATIVES, folder.normalize().resolve("unmask-natives").toString());
        }
    }
}
