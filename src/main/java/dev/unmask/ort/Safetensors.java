package dev.unmask.ort;

import dev.unmask.Tensor;
import dev.unmask.UnmaskException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/// Reads a safetensors file: a 64-bit header length, a JSON header, then the tensors' bytes, all little-endian.
final class Safetensors {

    private static final int MAX_HEADER = 16 << 20;

    private Safetensors() {}

    static Map<String, Tensor> read(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            long length = read(channel, 0, Long.BYTES).getLong();
            if (length < 2 || length > MAX_HEADER || Long.BYTES + length > channel.size()) {
                throw UnmaskException.invalid(file + " is no safetensors file: its header claims " + length + " bytes");
            }
            byte[] header = new byte[(int) length];
            read(channel, Long.BYTES, header.length).get(header);
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            Map<String, Json> entries =
                    Json.read(header, "the header of " + file).map(Function.identity());
            for (Map.Entry<String, Json> entry : entries.entrySet()) {
                if (!entry.getKey().equals("__metadata__")) {
                    tensors.put(entry.getKey(), tensor(channel, Long.BYTES + length, entry.getValue()));
                }
            }
            return tensors;
        }
    }

    private static Tensor tensor(FileChannel channel, long origin, Json entry) throws IOException {
        long[] shape = entry.get("shape").list(Json::integer).stream()
                .mapToLong(Long::longValue)
                .toArray();
        Tensor tensor = Tensor.allocate(type(entry.get("dtype").text()), shape);
        long from = entry.get("data_offsets").list(Json::integer).getFirst();
        ByteBuffer bytes = tensor.bytes();
        bytes.put(read(channel, origin + from, bytes.capacity()));
        return tensor;
    }

    private static ByteBuffer read(FileChannel channel, long position, int bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, position + buffer.position()) < 0) {
                throw UnmaskException.invalid("safetensors file ends at byte " + channel.size());
            }
        }
        return buffer.flip();
    }

    private static Tensor.Type type(String dtype) {
        return switch (dtype) {
            case "F32" -> Tensor.Type.FLOAT32;
            case "U8" -> Tensor.Type.UINT8;
            case "I64" -> Tensor.Type.INT64;
            default -> throw UnmaskException.invalid("safetensors type " + dtype + " is not read here");
        };
    }
}
