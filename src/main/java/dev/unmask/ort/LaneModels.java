package dev.unmask.ort;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/// What lanes run: a model for each, or one for all lanes of a device that run plainly.
///
/// @param lanes one model for each lane; some may be the same
public record LaneModels(List<DeviceModel> lanes) implements AutoCloseable {

    public LaneModels {
        lanes = List.copyOf(lanes);
    }

    /// Opens what the lanes run, one after the other.
    public static LaneModels open(Bundle bundle, List<Setup> setups, Stages stages) {
        List<DeviceModel> lanes = new ArrayList<>();
        try {
            for (Setup setup : setups) {
                lanes.add(lane(lanes, bundle, setup, stages));
            }
            return new LaneModels(lanes);
        } catch (RuntimeException | Error e) {
            new LaneModels(lanes).close();
            throw e;
        }
    }

    /// Each of them once.
    public List<DeviceModel> models() {
        return List.copyOf(new LinkedHashSet<>(lanes));
    }

    /// See [DeviceModel#warm].
    public void warm() {
        models().forEach(DeviceModel::warm);
    }

    @Override
    public void close() {
        models().forEach(DeviceModel::close);
    }

    private static DeviceModel lane(List<DeviceModel> others, Bundle bundle, Setup setup, Stages stages) {
        return others.stream()
                .filter(model -> model.setup().execution() == Execution.PLAIN
                        && model.device().equals(setup.device()))
                .findFirst()
                .orElseGet(() -> DeviceModel.open(bundle, setup, stages));
    }
}
