package dev.unmask.ort;

import ai.onnxruntime.OrtException;
import dev.unmask.DeviceLost;
import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// The memory of an NVIDIA card, with a stream of the lane's own.
final class CudaMemory implements LaneMemory {

    private final CudaRuntime cuda;
    private final Device.Gpu card;
    private final MemorySegment stream;
    private final List<MemorySegment> events = new ArrayList<>();
    private final List<MemorySegment> onCard = new ArrayList<>();
    private final List<MemorySegment> onHost = new ArrayList<>();

    private CudaMemory(CudaRuntime cuda, Device.Gpu card, MemorySegment stream) {
        this.cuda = cuda;
        this.card = card;
        this.stream = stream;
    }

    /// Opens a stream on a card, which becomes the current one of this thread.
    static CudaMemory open(CudaRuntime cuda, Device.Gpu card) {
        try {
            cuda.setDevice(card.index());
            cuda.ignoreCapturesOfOthers();
            CudaMemory memory = new CudaMemory(cuda, card, cuda.createStream());
            for (int place = 0; place < MARKS; place++) {
                memory.events.add(cuda.createEvent());
            }
            return memory;
        } catch (CudaRuntime.Failure e) {
            throw new UnmaskException(Fault.UNAVAILABLE, card.text() + " cannot be used: " + e.getMessage(), e);
        }
    }

    @Override
    public MemorySegment allocate(long bytes) {
        return guarded(() -> {
            MemorySegment made = cuda.malloc(bytes);
            onCard.add(made);
            cuda.clear(made, stream);
            return made;
        });
    }

    @Override
    public MemorySegment stage(long bytes) {
        return guarded(() -> {
            MemorySegment made = cuda.hostAlloc(bytes);
            onHost.add(made);
            return made;
        });
    }

    @Override
    public void upload(MemorySegment staged, MemorySegment device) {
        perform(() -> cuda.upload(staged, device, stream));
    }

    @Override
    public void download(MemorySegment device, MemorySegment staged) {
        perform(() -> cuda.download(device, staged, stream));
    }

    @Override
    public void mark(int place) {
        perform(() -> cuda.record(events.get(place), stream));
    }

    @Override
    public long nanos(int from, int to) {
        return guarded(() -> cuda.elapsed(events.get(from), events.get(to)));
    }

    @Override
    public void await() {
        perform(() -> cuda.synchronize(stream));
    }

    @Override
    public long stream() {
        return stream.address();
    }

    @Override
    public long free() {
        return guarded(cuda::memory).free();
    }

    @Override
    public void leaveCapture() {
        cuda.abandonCapture(stream);
    }

    @Override
    public UnmaskException failure(String what, OrtException cause) {
        await();
        return refusal(card, what, cause);
    }

    /// What a failed run that nothing was bound for comes to; the error that is thrown where the card is lost.
    static UnmaskException failure(CudaRuntime cuda, Device.Gpu card, String what, OrtException cause) {
        guarded(card, () -> {
            cuda.setDevice(card.index());
            return cuda.memory(); // asks the card whether it still answers: what ONNX Runtime says is only text
        });
        return refusal(card, what, cause);
    }

    private static UnmaskException refusal(Device.Gpu card, String what, OrtException cause) {
        return isOutOfMemory(cause)
                ? new UnmaskException(Fault.OVERLOADED, what + " found no memory left on " + card.text(), cause)
                : new UnmaskException(
                        Fault.INTERNAL, what + " failed on " + card.text() + ": " + cause.getMessage(), cause);
    }

    @Override
    public void close() {
        await();
        onCard.forEach(cuda::free);
        onHost.forEach(cuda::freeHost);
        events.forEach(cuda::destroyEvent);
        cuda.destroyStream(stream);
    }

    private void perform(Runnable work) {
        guarded(() -> {
            work.run();
            return true;
        });
    }

    private <T> T guarded(Supplier<T> work) {
        return guarded(card, work);
    }

    private static <T> T guarded(Device.Gpu card, Supplier<T> work) {
        try {
            return work.get();
        } catch (CudaRuntime.Failure e) {
            if (e.isLoss()) {
                throw new DeviceLost(card.text() + " is lost: " + e.getMessage(), e);
            }
            Fault fault = e.isOutOfMemory() ? Fault.OVERLOADED : Fault.INTERNAL;
            throw new UnmaskException(fault, card.text() + " failed: " + e.getMessage(), e);
        }
    }

    private static boolean isOutOfMemory(OrtException cause) {
        String message = String.valueOf(cause.getMessage());
        return message.contains("out of memory")
                || message.contains("Failed to allocate memory")
                || message.contains("Available memory of");
    }
}
