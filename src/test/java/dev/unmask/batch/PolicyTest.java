package dev.unmask.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PolicyTest {

    @Test
    void refusesWhatCannotWork() {
        assertThatThrownBy(() -> new Policy(0, 1, Duration.ZERO, 1)).hasMessage("max rows 0 is less than 1");
        assertThatThrownBy(() -> new Policy(1, 0, Duration.ZERO, 1)).hasMessage("max tokens 0 is less than 1");
        assertThatThrownBy(() -> new Policy(1, 1, Duration.ZERO, 0)).hasMessage("queue rows 0 is less than 1");
        assertThatThrownBy(() -> new Policy(8, 1, Duration.ZERO, 7))
                .hasMessage("queue rows 7 are fewer than the 8 rows of a batch");
        assertThatThrownBy(() -> new Policy(1, 1, Duration.ofNanos(-1), 1)).hasMessageContaining("max delay");
        assertThatThrownBy(() -> new Policy(1, 1, Duration.ofHours(1), 1)).hasMessageContaining("PT1M");
    }

    @Test
    void aBatchTakesRowsUntilEitherLimitButAlwaysOne() {
        Policy policy = new Policy(8, 100, Duration.ZERO, 8);
        assertThat(policy.rowsOf(5)).isEqualTo(8);
        assertThat(policy.rowsOf(50)).isEqualTo(2);
        assertThat(policy.rowsOf(51)).isEqualTo(1);
        assertThat(policy.rowsOf(197)).isEqualTo(1);
    }
}
