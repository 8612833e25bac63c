package dev.unmask.server;

import dev.unmask.batch.Policy;
import dev.unmask.ort.CardPlan;
import dev.unmask.ort.Choice;
import dev.unmask.ort.CpuPlan;
import dev.unmask.ort.Device;
import dev.unmask.ort.Execution;
import dev.unmask.ort.LaneSetup;
import dev.unmask.ort.Precision;
import dev.unmask.ort.Setup;
import java.util.List;

/// How every model runs here.
///
/// @param lanes of each model, the cards by turns: idle lanes take from one queue, so that cards share what waits
record Plan(List<Setup> lanes, Policy policy) {

    Plan {
        lanes = List.copyOf(lanes);
    }

    static Plan of(Choice choice, RunSettings settings) {
        LaneSetup setup = new LaneSetup(
                choice,
                Precision.parse(settings.precision()),
                Execution.parse(settings.execution()),
                settings.gpuMemoryLimit());
        if (setup.onCards()) {
            CardPlan card =
                    CardPlan.of(settings.lanes(), settings.maxRows(), settings.maxTokens(), settings.queueRows());
            return new Plan(setup.of(card), policy(card.maxRows(), card.maxTokens(), settings));
        }
        CpuPlan cores = CpuPlan.of(
                Runtime.getRuntime().availableProcessors(), settings.lanes(), settings.threads(), settings.maxRows());
        int tokens = settings.maxTokens() == 0 ? Policy.DEFAULT.maxTokens() : settings.maxTokens();
        return new Plan(setup.of(cores), policy(cores.maxRows(), tokens, settings));
    }

    /// Whether lanes are on cards.
    boolean gpu() {
        return lanes.getFirst().device() instanceof Device.Gpu;
    }

    private static Policy policy(int maxRows, int maxTokens, RunSettings settings) {
        return new Policy(maxRows, maxTokens, settings.maxDelay(), settings.queueRows());
    }
}
