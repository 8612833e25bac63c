package dev.unmask.ort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OrtException;
import dev.unmask.DeviceLost;
import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Collections;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What a lane asks of the CUDA runtime, and what becomes of its errors.
class CudaMemoryTest {

    private static final Device.Gpu CARD = new Device.Cuda(1);

    private final FakeCuda fake = new FakeCuda();
    private final CudaRuntime runtime = new CudaRuntime(fake);

    @AfterEach
    void close() {
        fake.close();
    }

    @Test
    void whatIsCopiedToTheCardAndBackIsTheSame() {
        try (CudaMemory memory = CudaMemory.open(runtime, CARD)) {
            MemorySegment device = memory.allocate(100);
            MemorySegment staged = memory.stage(100);
            assertThat(device.toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
            staged.fill((byte) 5);
            memory.upload(staged, device);
            staged.fill((byte) 6);
            memory.download(device.asSlice(0, 10), staged.asSlice(0, 10));
            memory.await();
            assertThat(staged.asSlice(0, 10).toArray(ValueLayout.JAVA_BYTE)).containsOnly(5);
            assertThat(staged.asSlice(10).toArray(ValueLayout.JAVA_BYTE)).containsOnly(6);
        }
    }

    @Test
    void closingFreesEverythingOnceTheCardIsDone() {
        try (CudaMemory memory = CudaMemory.open(runtime, CARD)) {
            memory.allocate(10);
            memory.allocate(20);
            memory.stage(30);
            assertThat(fake.taken).hasSize(3 + 1 + LaneMemory.MARKS);
            fake.called.clear();
        }
        assertThat(fake.taken).isEmpty();
        assertThat(fake.called).startsWith("cudaStreamSynchronize").endsWith("cudaStreamDestroy");
    }

    @Test
    void timeIsToldByTheCard() {
        try (CudaMemory memory = CudaMemory.open(runtime, CARD)) {
            memory.mark(0);
            memory.mark(1);
            assertThat(memory.nanos(0, 1)).isEqualTo(1_500_000);
        }
    }

    @Test
    void aCardThatCannotBeHadIsARefusal() {
        fake.fail("cudaSetDevice", 101);
        assertRefused(
                () -> CudaMemory.open(runtime, CARD),
                Fault.UNAVAILABLE,
                "cuda:1 cannot be used: cudaSetDevice: error text (CUDA error 101)");
    }

    @Test
    void aCardWithoutRoomRefusesAndGoesOn() {
        try (CudaMemory memory = CudaMemory.open(runtime, CARD)) {
            fake.fail("cudaMalloc", 2);
            assertRefused(
                    () -> memory.allocate(10),
                    Fault.OVERLOADED,
                    "cuda:1 failed: cudaMalloc: error text (CUDA error 2)");
            assertThat(fake.called).endsWith("cudaGetLastError"); // it is forgotten
            assertThat(memory.allocate(10).byteSize()).isEqualTo(10);
        }
    }

    @Test
    void anErrorAfterWhichNothingRunsIsALostCard() {
        CudaMemory memory = CudaMemory.open(runtime, CARD);
        fake.fail("cudaStreamSynchronize", 700);
        assertThatThrownBy(memory::await)
                .isInstanceOf(DeviceLost.class)
                .hasMessage("cuda:1 is lost: cudaStreamSynchronize: error text (CUDA error 700)");
    }

    @Test
    void aFailedRunIsALostCardOnlyIfTheCardSaysSo() {
        CudaMemory memory = CudaMemory.open(runtime, CARD);
        OrtException full = new OrtException("CUDA failure 2: out of memory ; GPU=1");
        assertThat(memory.failure("encoder of 32 rows", full))
                .hasMessage("encoder of 32 rows found no memory left on cuda:1")
                .extracting(UnmaskException::fault)
                .isEqualTo(Fault.OVERLOADED);
        assertThat(memory.failure("encoder", new OrtException("a shape")))
                .extracting(UnmaskException::fault)
                .isEqualTo(Fault.INTERNAL);
        fake.fail("cudaStreamSynchronize", 719);
        assertThatThrownBy(() -> memory.failure("encoder", full)).isInstanceOf(DeviceLost.class);
    }

    @Test
    void aPlainRunThatFailedIsALostCardOnlyIfTheCardSaysSo() {
        OrtException odd = new OrtException("a shape");
        assertThat(CudaMemory.failure(runtime, CARD, "encoder.onnx", odd))
                .hasMessage("encoder.onnx failed on cuda:1: a shape");
        fake.fail("cudaMemGetInfo", 700);
        assertThatThrownBy(() -> CudaMemory.failure(runtime, CARD, "encoder.onnx", odd))
                .isInstanceOf(DeviceLost.class)
                .hasMessage("cuda:1 is lost: cudaMemGetInfo: error text (CUDA error 700)");
    }

    @Test
    void aCaptureThatFailedIsThrownAway() {
        try (CudaMemory memory = CudaMemory.open(runtime, CARD)) {
            fake.called.clear();
            memory.leaveCapture();
            fake.fail("cudaStreamEndCapture", 901);
            memory.leaveCapture();
            assertThat(fake.called)
                    .containsExactly(
                            "cudaStreamEndCapture",
                            "cudaGraphDestroy",
                            "cudaGetLastError",
                            "cudaStreamEndCapture",
                            "cudaGetLastError");
        }
    }

    @Test
    void copiesOfUnlikeSizesAreAMistake() {
        try (CudaMemory memory = CudaMemory.open(runtime, CARD)) {
            assertThatThrownBy(() -> memory.upload(memory.stage(10), memory.allocate(11)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("10 bytes for 11");
            assertThat(Collections.frequency(fake.called, "cudaMemcpyAsync")).isZero();
        }
    }

    private static void assertRefused(ThrowingCallable work, Fault fault, String message) {
        assertThatThrownBy(work)
                .hasMessage(message)
                .asInstanceOf(InstanceOfAssertFactories.type(UnmaskException.class))
                .extracting(UnmaskException::fault)
                .isEqualTo(fault);
    }
}
