package dev.unmask.ort;

import ai.onnxruntime.OrtException;
import dev.unmask.UnmaskException;
import java.lang.foreign.MemorySegment;

/// The memory of a device as one lane uses it, and the order of the lane's work there: what is asked for is done one
/// after the other, and is done for sure only after [#await]. Belongs to one thread; closing frees what was allocated.
interface LaneMemory extends AutoCloseable {

    /// Moments of one run that can be remembered, numbered from 0.
    int MARKS = 8;

    /// Memory of the device, all zero. Only its address and size mean something here.
    MemorySegment allocate(long bytes);

    /// Memory of the host from which and to which the device copies fastest.
    MemorySegment stage(long bytes);

    /// Copies to the device, which must be as large.
    void upload(MemorySegment staged, MemorySegment device);

    /// Copies from the device to as many bytes of the host.
    void download(MemorySegment device, MemorySegment staged);

    /// Remembers when the device comes to this place in its work.
    void mark(int place);

    /// Nanoseconds between two places that the device has passed.
    long nanos(int from, int to);

    /// Waits until all is done that was asked for.
    void await();

    /// The address of the stream in which ONNX Runtime is to do the lane's work; 0 where there are none.
    long stream();

    /// Bytes of the device that nobody has; as many as can be where nobody counts.
    long free();

    /// Leaves a capture that failed, so that the stream can be used again.
    void leaveCapture();

    /// What a failed run comes to: a refusal after which the lane goes on, or, where the device is lost, the error that
    /// is thrown.
    UnmaskException failure(String what, OrtException cause);

    @Override
    void close();
}
