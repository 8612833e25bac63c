package dev.unmask.server;

import dev.unmask.DeviceLost;
import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import dev.unmask.batch.Batcher;
import dev.unmask.batch.Listener;
import dev.unmask.ort.Bundle;
import dev.unmask.ort.DeviceModel;
import dev.unmask.ort.Execution;
import dev.unmask.ort.Setup;
import dev.unmask.ort.Stages;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A loaded model behind the batcher that its callers share.
///
/// @param models that the lanes run: one for each lane, or one for all lanes of a device that run plainly
/// @param lanes that it was started with
/// @param queueRows that may wait
record ServedModel(List<DeviceModel> models, Batcher batcher, int lanes, int queueRows) {

    ServedModel {
        models = List.copyOf(models);
    }

    /// Opens and warms what the lanes run, one after the other, and starts the lanes.
    static <T extends Listener & Stages> ServedModel start(Bundle bundle, Plan plan, T metrics) {
        List<DeviceModel> models = new ArrayList<>();
        try {
            List<DeviceModel> lanes = new ArrayList<>();
            for (Setup setup : plan.lanes()) {
                lanes.add(lane(models, bundle, setup, metrics));
            }
            Batcher batcher = Batcher.start(lanes, plan.policy(), metrics);
            return new ServedModel(models, batcher, lanes.size(), plan.policy().queueRows());
        } catch (DeviceLost lost) {
            models.forEach(DeviceModel::close);
            throw new UnmaskException(Fault.UNAVAILABLE, lost.getMessage(), lost);
        } catch (RuntimeException | Error e) {
            models.forEach(DeviceModel::close);
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
        models.forEach(DeviceModel::close);
    }

    /// The model of one more lane: one that others share, or a warm one of its own.
    private static DeviceModel lane(List<DeviceModel> models, Bundle bundle, Setup setup, Stages stages) {
        for (DeviceModel model : models) {
            if (model.setup().execution() == Execution.PLAIN && model.device().equals(setup.device())) {
                return model;
            }
        }
        DeviceModel model = DeviceModel.open(bundle, setup, stages);
        models.add(model);
        model.warm();
        return model;
    }
}
