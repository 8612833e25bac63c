package dev.unmask.ort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unmask.Card;
import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// Models that the machine cannot hold. What cards cannot hold is in [BoundLaneTest].
class RoomTest {

    private static final long MIB = 1 << 20;

    private final Card card = Bundle.open(Path.of("onnx/mae-tiny")).card();

    @Test
    void weightsThatTheMachineCannotHoldAreRefused() {
        assertThatThrownBy(() -> Room.require(card, "encoder", Precision.FP32, 3 * MIB))
                .hasMessage("encoder of mae-tiny takes 15 MiB of weights; the machine has 3 MiB of memory")
                .isInstanceOfSatisfying(
                        UnmaskException.class,
                        refusal -> assertThat(refusal.fault()).isEqualTo(Fault.UNAVAILABLE));
    }

    @Test
    void thoseThatItCanHoldAreNot() {
        assertThatCode(() -> Room.require(card, "encoder", Precision.FP32, HostMemory.ofMachine()))
                .doesNotThrowAnyException();
        assertThat(HostMemory.ofMachine()).isGreaterThan(Runtime.getRuntime().maxMemory());
    }
}
