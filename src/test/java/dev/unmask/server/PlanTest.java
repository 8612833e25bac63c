package dev.unmask.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unmask.batch.Policy;
import dev.unmask.ort.Choice;
import dev.unmask.ort.CpuPlan;
import dev.unmask.ort.Device;
import dev.unmask.ort.Execution;
import dev.unmask.ort.Precision;
import dev.unmask.ort.Setup;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlanTest {

    private static final Choice CARDS = new Choice(List.of(new Device.Cuda(0), new Device.Cuda(2)), "asked for");
    private static final Choice CPU = new Choice(List.of(new Device.Cpu(0)), "auto: no driver");

    @Test
    void eachCardHasTwoLanesByTurns() {
        Plan plan = Plan.of(CARDS, settings(0, 0, 0, 512));
        assertThat(plan.lanes())
                .extracting(lane -> lane.device().text())
                .containsExactly("cuda:0", "cuda:2", "cuda:0", "cuda:2");
        assertThat(plan.lanes().getFirst())
                .isEqualTo(new Setup(new Device.Cuda(0), Precision.FP16, Execution.BOUND, 128, 1 << 30, "asked for"));
        assertThat(plan.policy()).isEqualTo(new Policy(128, 1 << 16, Duration.ofMillis(1), 512));
        assertThat(plan.gpu()).isTrue();
    }

    @Test
    void whatTheOperatorChoseForCardsStands() {
        Plan plan = Plan.of(CARDS, settings(3, 32, 99, 512));
        assertThat(plan.lanes()).hasSize(6);
        assertThat(plan.lanes()).allSatisfy(lane -> assertThat(lane.maxRows()).isEqualTo(32));
        assertThat(plan.policy()).isEqualTo(new Policy(32, 99, Duration.ofMillis(1), 512));
    }

    @Test
    void batchesAreNoLargerThanTheQueueUnlessAskedFor() {
        assertThat(Plan.of(CARDS, settings(0, 0, 0, 50)).policy().maxRows()).isEqualTo(50);
    }

    @Test
    void lanesOfAProcessorDivideItsCores() {
        Plan plan = Plan.of(CPU, settings(0, 0, 0, 512));
        CpuPlan cores = CpuPlan.of(Runtime.getRuntime().availableProcessors(), 0, 0, 0);
        assertThat(plan.lanes())
                .hasSize(cores.lanes())
                .containsOnly(new Setup(
                        new Device.Cpu(cores.threads()),
                        Precision.FP16,
                        Execution.BOUND,
                        8,
                        1 << 30,
                        "auto: no driver"));
        assertThat(plan.policy()).isEqualTo(new Policy(8, 8192, Duration.ofMillis(1), 512));
        assertThat(plan.gpu()).isFalse();
    }

    private static RunSettings settings(int lanes, int maxRows, int maxTokens, int queueRows) {
        return new RunSettings(
                "auto", "fp16", "bound", lanes, 0, maxRows, maxTokens, Duration.ofMillis(1), queueRows, 1 << 30, "");
    }
}
