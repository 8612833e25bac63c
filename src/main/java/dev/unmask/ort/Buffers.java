package dev.unmask.ort;

import dev.unmask.Answer;
import dev.unmask.Output;
import dev.unmask.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The tensors of a lane, each in one place for good, large enough for the largest bucket: what one graph gives lies
/// where the next graph takes it, and what was captured finds it there again. Allocated when first wanted.
final class Buffers {

    private final LaneMemory memory;
    private final int maxRows;
    private final int patches;
    private final Map<String, MemorySegment> onDevice = new HashMap<>();
    private final Map<String, MemorySegment> staged = new HashMap<>();

    Buffers(LaneMemory memory, int maxRows, int patches) {
        this.memory = memory;
        this.maxRows = maxRows;
        this.patches = patches;
    }

    /// Where a tensor lies on the device, as far as so many rows fill it.
    MemorySegment device(Manifest.Port port, Bucket bucket) {
        return onDevice.computeIfAbsent(name(port), _ -> memory.allocate(largest(port)))
                .asSlice(0, port.bytes(bucket.rows(), bucket.keep()));
    }

    /// Where the host lays it out or finds it.
    MemorySegment staged(Manifest.Port port, Bucket bucket) {
        return staged.computeIfAbsent(name(port), _ -> memory.stage(largest(port)))
                .asSlice(0, port.bytes(bucket.rows(), bucket.keep()));
    }

    /// Each row's share of tensors that the host has, in memory of its own: it may be kept as long as one likes.
    List<Answer> answers(List<Manifest.Port> ports, int rows, int keep) {
        List<Map<Output, Tensor>> answers = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            answers.add(new EnumMap<>(Output.class));
        }
        for (Manifest.Port port : ports) {
            MemorySegment all = staged(port, new Bucket(rows, keep));
            int bytes = Math.toIntExact(port.bytes(1, keep));
            for (int row = 0; row < rows; row++) {
                byte[] own = new byte[bytes];
                MemorySegment.copy(all, ValueLayout.JAVA_BYTE, (long) row * bytes, own, 0, bytes);
                Tensor tensor = Tensor.view(port.elements(), ByteBuffer.wrap(own), port.shape(1, keep));
                answers.get(row).put(Output.of(port.name()), tensor.row(0));
            }
        }
        return answers.stream().map(Answer::new).toList();
    }

    /// Bytes that a tensor would still take on the device.
    long missing(Manifest.Port port) {
        return onDevice.containsKey(name(port)) ? 0 : largest(port);
    }

    private long largest(Manifest.Port port) {
        return port.bytes(maxRows, patches);
    }

    /// Pixels come in two types; all else is of one.
    private static String name(Manifest.Port port) {
        return port.elements() == Tensor.Type.UINT8 ? port.name() + ".uint8" : port.name();
    }
}
