package dev.unmask.ort;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtException;
import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What ONNX Runtime says when a graph cannot be loaded, as 1.29.0 words it, and what people are told.
class LoadFailureTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "cuda:1|FP16|CUDA failure 2: out of memory ; GPU=1 ; hostname=x ; file=y.cc ; line=1 ; expr=z;"
                        + "|the card is full (CUDA failure 2: out of memory)",
                "cuda:0|FP16|BFCArena::AllocateRawInternal Failed to allocate memory for requested buffer of size 99"
                        + "|the card is full (BFCArena::AllocateRawInternal Failed to allocate memory for requested buffer of size 99)",
                "cuda:0|FP16|CUDA failure 209: no kernel image is available for execution on the device ; GPU=0 ;"
                        + "|this build of ONNX Runtime has no code for cuda:0 (CUDA failure 209: no kernel image is"
                        + " available for execution on the device)",
                "cuda:0|FP16|This session cannot use the graph capture feature as requested by the user as all"
                        + "|not all of its operators run there, and none may run on the processor instead (This session"
                        + " cannot use the graph capture feature as requested by the user as all)",
                "cpu|BF16|Could not find an implementation for Gelu(1) node with name 'g'"
                        + "|the processor lacks an operator in bf16; fp32 runs everywhere (Could not find an implementation"
                        + " for Gelu(1) node with name 'g')",
                "cpu|FP32|Protobuf parsing failed.|Protobuf parsing failed."
            })
    void isSaidInWordsForPeople(String device, Precision precision, String said, String told) {
        Setup setup = new Setup(Device.parse(device), precision, Execution.PLAIN, 1, 0, "asked for");
        UnmaskException refusal = LoadFailure.of(Path.of("a.onnx"), setup, new OrtException(said));
        assertThat(refusal).hasMessage("cannot load a.onnx on " + device + ": " + told);
        assertThat(refusal.fault()).isEqualTo(Fault.UNAVAILABLE);
    }
}
