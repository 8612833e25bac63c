package dev.unmask.ort;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// How all lanes of a model run.
///
/// @param memoryLimit see [Setup]
public record LaneSetup(Choice choice, Precision precision, Execution execution, long memoryLimit) {

    /// Whether they are on cards.
    public boolean onCards() {
        return choice.devices().getFirst() instanceof Device.Gpu;
    }

    /// The lanes of a processor.
    public List<Setup> of(CpuPlan plan) {
        return Collections.nCopies(plan.lanes(), setup(new Device.Cpu(plan.threads()), plan.maxRows()));
    }

    /// The lanes of the cards, by turns.
    public List<Setup> of(CardPlan plan) {
        List<Setup> lanes = new ArrayList<>();
        for (int lane = 0; lane < plan.lanes(); lane++) {
            choice.devices().forEach(device -> lanes.add(setup(device, plan.maxRows())));
        }
        return lanes;
    }

    private Setup setup(Device device, int maxRows) {
        return new Setup(device, precision, execution, maxRows, memoryLimit, choice.why());
    }
}
