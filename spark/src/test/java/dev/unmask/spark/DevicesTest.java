package dev.unmask.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unmask.UnmaskException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DevicesTest {

    @ParameterizedTest
    @CsvSource({
        "auto, 3, cuda:3",
        "cuda, 3, cuda:3",
        "cuda, '5,1', cuda:5",
        "cuda:1, '5,1', cuda:1",
        "tensorrt, 0, tensorrt:0",
        "cpu, 3, cpu",
    })
    void theCardIsTheOneThatSparkGivesTheTask(String wish, String addresses, String device) {
        assertThat(Devices.of(wish, List.of(addresses.split(",")))).isEqualTo(device);
    }

    @ParameterizedTest
    @CsvSource({"auto", "cpu", "cuda", "cuda:2", "tensorrt:1"})
    void whereSparkHandsOutNoCardsTheWishStands(String wish) {
        assertThat(Devices.of(wish, List.of())).isEqualTo(wish);
    }

    @Test
    void anotherTasksCardIsRefused() {
        assertThatThrownBy(() -> Devices.of("cuda:0", List.of("1", "2")))
                .isInstanceOf(UnmaskException.class)
                .hasMessage("device cuda:0 is not what Spark gives the task: gpu 1, 2");
    }

    @Test
    void anAddressThatIsNoNumberIsRefused() {
        assertThatThrownBy(() -> Devices.of("auto", List.of("GPU-5a7d")))
                .isInstanceOf(UnmaskException.class)
                .hasMessageStartingWith("gpu address 'GPU-5a7d' is no card's number");
    }

    @Test
    void tasksTogetherUseTheCoresOfTheirExecutor() {
        assertThat(new Share(1, 8, List.of()).threads()).isEqualTo(1);
        assertThat(new Share(8, 1, List.of()).threads()).isEqualTo(8);
        assertThat(new Share(4, 2, List.of()).threads()).isEqualTo(7); // and the callers' own: 6 + 2 run
    }
}
