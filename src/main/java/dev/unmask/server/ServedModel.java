package dev.unmask.server;

import dev.unmask.DeviceLost;
import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import dev.unmask.batch.Batcher;
import dev.unmask.batch.Listener;
import dev.unmask.ort.Bundle;
import dev.unmask.ort.LaneModels;
import dev.unmask.ort.Stages;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// A loaded model behind the batcher that its callers share.
///
/// @param models that the lanes run
/// @param lanes that it was started with
/// @param queueRows that may wait
record ServedModel(LaneModels models, Batcher batcher, int lanes, int queueRows) {

    /// Opens and warms what the lanes run, and starts the lanes.
    static <T extends Listener & Stages> ServedModel start(Bundle bundle, Plan plan, T metrics) {
        try {
            LaneModels models = LaneModels.open(bundle, plan.lanes(), metrics);
            return start(models, plan, metrics);
        } catch (DeviceLost lost) {
            throw new UnmaskException(Fault.UNAVAILABLE, lost.getMessage(), lost);
        }
    }

    private static ServedModel start(LaneModels models, Plan plan, Listener metrics) {
        try {
            models.warm();
            Batcher batcher = Batcher.start(models.lanes(), plan.policy(), metrics);
            return new ServedModel(
                    models, batcher, plan.lanes().size(), plan.policy().queueRows());
        } catch (RuntimeException | Error e) {
            models.close();
            throw e;
        }
    }

    String name() {
        return batcher.card().name();
    }

    /// Where it runs, how and why so, for people.
    List<String> places() {
        return batcher.placements().stream()
                .map(place -> "%s on %s in %s, %s (%s)"
                        .formatted(name(), place.device(), place.precision(), place.execution(), place.why()))
                .distinct()
                .toList();
    }

    /// Whether no lane is left.
    boolean isDead() {
        return batcher.liveLanes() == 0;
    }

    /// How many lanes are left and why others died, if some did: they do not come back.
    Optional<String> loss() {
        int live = batcher.liveLanes();
        return live == lanes
                ? Optional.empty()
                : Optional.of(name() + ": " + live + " of " + lanes + " lanes alive"
                        + batcher.death().map(why -> ": " + why).orElse(""));
    }

    /// Finishes what was accepted, and frees the model.
    void stop(Duration grace) {
        batcher.drain(grace);
        close();
    }

    void close() {
        models.close();
    }
}
