package dev.unmask.ort;

import ai.onnxruntime.OrtException;
import com.sun.management.OperatingSystemMXBean;
import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;

/// Main memory in the part of a device: everything is done at once, by whoever asks.
final class HostMemory implements LaneMemory {

    private static final long ALIGNMENT = 64; // of a cache line

    /// Bytes that this process can have: of the machine, or of the container that it is in.
    static long ofMachine() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
    }

    private final Arena arena = Arena.ofConfined();
    private final long[] marks = new long[MARKS];

    @Override
    public MemorySegment allocate(long bytes) {
        return arena.allocate(bytes, ALIGNMENT);
    }

    @Override
    public MemorySegment stage(long bytes) {
        return arena.allocate(bytes, ALIGNMENT);
    }

    @Override
    public void upload(MemorySegment staged, MemorySegment device) {
        device.copyFrom(staged);
    }

    @Override
    public void download(MemorySegment device, MemorySegment staged) {
        staged.copyFrom(device);
    }

    @Override
    public void mark(int place) {
        marks[place] = System.nanoTime();
    }

    @Override
    public long nanos(int from, int to) {
        return marks[to] - marks[from];
    }

    @Override
    public void await() {
        // nothing is left to wait for
    }

    @Override
    public long stream() {
        return 0;
    }

    @Override
    public long free() {
        return Long.MAX_VALUE;
    }

    @Override
    public void leaveCapture() {
        // nothing is ever captured
    }

    @Override
    public UnmaskException failure(String what, OrtException cause) {
        return new UnmaskException(Fault.INTERNAL, what + " failed: " + cause.getMessage(), cause);
    }

    @Override
    public void close() {
        arena.close();
    }
}
