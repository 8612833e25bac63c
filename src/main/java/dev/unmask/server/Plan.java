package dev.unmask.server;

import dev.unmask.batch.Policy;
import dev.unmask.ort.CardPlan;
import dev.unmask.ort.Choice;
import dev.unmask.ort.CpuPlan;
import dev.unmask.ort.Device;
import dev.unmask.ort.Execution;
import dev.unmask.ort.Precision;
import dev.unmask.ort.Setup;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// How every model runs here.
///
/// @param lanes of each model, the cards by turns: idle lanes take from one queue, so that cards share what waits
record Plan(List<Setup> lanes, Policy policy) {

    Plan {
        lanes = List.copyOf(lanes);
    }

    static Plan of(Choice choice, RunSettings settings) {
        if (choice.devices().getFirst() instanceof Device.Cpu) {
            CpuPlan cores = CpuPlan.of(
                    Runtime.getRuntime().availableProcessors(),
                    settings.lanes(),
                    settings.threads(),
                    settings.maxRows());
            Setup lane = setup(new Device.Cpu(cores.threads()), cores.maxRows(), choice, settings);
            int tokens = settings.maxTokens() == 0 ? Policy.DEFAULT.maxTokens() : settings.maxTokens();
            return new Plan(
                    Collections.nCopies(cores.lanes(), lane),
                    new Policy(cores.maxRows(), tokens, settings.maxDelay(), settings.queueRows()));
        }
        CardPlan card = CardPlan.of(settings.lanes(), settings.maxRows(), settings.maxTokens(), settings.queueRows());
        List<Setup> lanes = new ArrayList<>();
        for (int lane = 0; lane < card.lanes(); lane++) {
            choice.devices().forEach(device -> lanes.add(setup(device, card.maxRows(), choice, settings)));
        }
        return new Plan(lanes, new Policy(card.maxRows(), card.maxTokens(), settings.maxDelay(), settings.queueRows()));
    }

    /// Whether lanes are on cards.
    boolean gpu() {
        return lanes.getFirst().device() instanceof Device.Gpu;
    }

    private static Setup setup(Device device, int maxRows, Choice choice, RunSettings settings) {
        return new Setup(
                device,
                Precision.parse(settings.precision()),
                Execution.parse(settings.execution()),
                maxRows,
                settings.gpuMemoryLimit(),
                choice.why());
    }
}
