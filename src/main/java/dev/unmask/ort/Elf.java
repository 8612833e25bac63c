package dev.unmask.ort;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What a shared library of Linux says of itself in its dynamic section (System V ABI, chapter 5), read without loading
/// it.
///
/// @param needed names of the libraries without which it is not loaded
record Elf(List<String> needed) {

    private static final int MAGIC = 0x464C457F;
    private static final int BITS_64 = 2;
    private static final int LITTLE_ENDIAN = 1;
    private static final int HEADER = 64;
    private static final int SEGMENT = 56;
    private static final int LOADED = 1;
    private static final int DYNAMIC = 2;
    private static final int ENTRY = 16;
    private static final long NEEDED = 1;
    private static final long STRINGS = 5;
    private static final int LONGEST_NAME = 256;
    private static final long LARGEST_SECTION = 1 << 20;

    /// A part of the file and where it is loaded.
    private record Segment(int type, long offset, long address, long size) {}

    Elf {
        needed = List.copyOf(needed);
    }

    static Elf read(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            List<Segment> segments = segments(channel);
            Segment dynamic = segments.stream()
                    .filter(segment -> segment.type() == DYNAMIC && segment.size() <= LARGEST_SECTION)
                    .findFirst()
                    .orElseThrow(() -> new IOException("it has no dynamic section"));
            ByteBuffer entries = read(channel, dynamic.offset(), (int) dynamic.size());
            List<Long> offsets = new ArrayList<>();
            Map<Long, Long> values = new HashMap<>();
            for (int at = 0; at + ENTRY <= entries.limit(); at += ENTRY) {
                long tag = entries.getLong(at);
                values.put(tag, entries.getLong(at + 8));
                if (tag == NEEDED) {
                    offsets.add(entries.getLong(at + 8));
                }
            }
            long strings = offset(segments, values.getOrDefault(STRINGS, 0L));
            List<String> needed = new ArrayList<>();
            for (long offset : offsets) {
                needed.add(string(channel, strings + offset));
            }
            return new Elf(needed);
        }
    }

    private static List<Segment> segments(FileChannel channel) throws IOException {
        ByteBuffer header = read(channel, 0, HEADER);
        if (header.getInt(0) != MAGIC || header.get(4) != BITS_64 || header.get(5) != LITTLE_ENDIAN) {
            throw new IOException("it is no 64-bit ELF file");
        }
        int count = Short.toUnsignedInt(header.getShort(56));
        ByteBuffer table = read(channel, header.getLong(32), count * SEGMENT);
        List<Segment> segments = new ArrayList<>();
        for (int at = 0; at < table.limit(); at += SEGMENT) {
            segments.add(new Segment(
                    table.getInt(at), table.getLong(at + 8), table.getLong(at + 16), table.getLong(at + 32)));
        }
        return segments;
    }

    /// Where in the file the byte is that is loaded at an address.
    private static long offset(List<Segment> segments, long address) throws IOException {
        return segments.stream()
                .filter(segment -> segment.type() == LOADED
                        && address >= segment.address()
                        && address < segment.address() + segment.size())
                .findFirst()
                .map(segment -> segment.offset() + address - segment.address())
                .orElseThrow(() -> new IOException("its strings are not in the file"));
    }

    private static String string(FileChannel channel, long offset) throws IOException {
        int length = Math.clamp(channel.size() - offset, 0, LONGEST_NAME);
        byte[] bytes = read(channel, offset, length).array();
        int end = 0;
        while (end < length && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8);
    }

    private static ByteBuffer read(FileChannel channel, long offset, int length) throws IOException {
        if (offset < 0 || offset > channel.size() - length) {
            throw new EOFException("it ends early");
        }
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, offset + bytes.position()) < 0) {
                throw new EOFException("it ends early");
            }
        }
        return bytes.flip();
    }
}
