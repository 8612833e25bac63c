package dev.unmask.ort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChoiceTest {

    @Test
    void aProcessorIsAlwaysThere() {
        assertThat(Choice.of("cpu", "")).isEqualTo(new Choice(List.of(new Device.Cpu(0)), "asked for"));
    }

    @Test
    void autoIsAProcessorWithoutABuildForCards() {
        Choice choice = Choice.of("auto", "");
        assertThat(choice.devices()).containsExactly(new Device.Cpu(0));
        assertThat(choice.why()).startsWith("auto: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"auto", "cpu", "cuda", "cuda:12", "tensorrt:1", "cuda:1,cuda:0", "cuda, cuda:1"})
    void whatNamesDevicesIsAccepted(String wish) {
        assertThatCode(() -> Choice.check(wish)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tpu|device 'tpu' is not cpu, cuda:N or tensorrt:N",
                "cuda:|device 'cuda:' is not cpu, cuda:N or tensorrt:N",
                "cuda:100|device 'cuda:100' is not cpu, cuda:N or tensorrt:N",
                "cuda:0,|device '' is not cpu, cuda:N or tensorrt:N",
                "auto,cuda:1|device 'auto' is not cpu, cuda:N or tensorrt:N",
                "cpu,cuda:0|devices 'cpu,cuda:0' are not different cards of one kind",
                "cuda,cuda:0|devices 'cuda,cuda:0' are not different cards of one kind",
                "cuda:0,tensorrt:1|devices 'cuda:0,tensorrt:1' are not different cards of one kind"
            })
    void whatNamesNoneIsRefused(String wish, String message) {
        assertThatThrownBy(() -> Choice.check(wish))
                .isInstanceOfSatisfying(
                        UnmaskException.class,
                        refusal -> assertThat(refusal.fault()).isEqualTo(Fault.INVALID))
                .hasMessage(message);
        assertThatThrownBy(() -> Choice.of(wish, "")).hasMessage(message);
    }
}
