package dev.unmask.ort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class CpuPlanTest {

    @Test
    void lanesDivideTheCoresAndALaneAloneHasAllOfAFew() {
        assertThat(CpuPlan.of(1, 0, 0, 0)).isEqualTo(new CpuPlan(1, 1, 8));
        assertThat(CpuPlan.of(2, 0, 0, 0)).isEqualTo(new CpuPlan(1, 2, 8));
        assertThat(CpuPlan.of(4, 0, 0, 0)).isEqualTo(new CpuPlan(1, 4, 8));
        assertThat(CpuPlan.of(6, 0, 0, 0)).isEqualTo(new CpuPlan(1, 4, 8));
        assertThat(CpuPlan.of(16, 0, 0, 0)).isEqualTo(new CpuPlan(4, 4, 8));
    }

    @Test
    void whatTheOperatorChoseStands() {
        assertThat(CpuPlan.of(8, 3, 0, 0)).isEqualTo(new CpuPlan(3, 4, 8));
        assertThat(CpuPlan.of(8, 0, 1, 0)).isEqualTo(new CpuPlan(8, 1, 8));
        assertThat(CpuPlan.of(8, 0, 0, 5)).isEqualTo(new CpuPlan(2, 4, 5));
        assertThatThrownBy(() -> CpuPlan.of(8, -1, 0, 0)).hasMessageStartingWith("-1 lanes of 4 threads");
    }
}
