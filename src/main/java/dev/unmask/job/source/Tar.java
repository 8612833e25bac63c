package dev.unmask.job.source;

import dev.unmask.job.Item;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;

/// The pictures in a tar archive, such as a shard of WebDataset, in their order; hidden ones and other files left out.
/// An archive that is damaged, or ends too early, gives what comes before, then one item that fails.
///
/// @param id with which the ids of its pictures begin
record Tar(String id, Path file) implements Source {

    @Override
    public Items iterator() {
        return Items.of(id, Entries::new);
    }

    /// Part of the archive, on any thread.
    private byte[] read(long offset, int size) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(size);
        try (FileChannel channel = FileChannel.open(file)) {
            while (bytes.hasRemaining()) {
                if (channel.read(bytes, offset + bytes.position()) < 0) {
                    throw new EOFException("its archive became shorter");
                }
            }
        }
        return bytes.array();
    }

    private final class Entries implements Items.Feed {

        private @Nullable FileChannel channel;
        private @Nullable TarArchiveInputStream entries;
        private boolean ended;

        @Override
        public @Nullable Item next() {
            try {
                while (!ended) {
                    Item item = advance();
                    if (item != null) {
                        return item;
                    }
                }
                return null;
            } catch (IOException e) {
                ended = true;
                return Named.failing(id, e);
            } catch (RuntimeException e) {
                // whatever a reader of hostile bytes stumbles over, the bytes are at fault
                ended = true;
                return Named.failing(id, "is corrupt: " + e.getMessage());
            }
        }

        @Override
        public void close() throws IOException {
            ended = true;
            if (channel != null) {
                channel.close();
            }
        }

        /// Null for an entry that is not wanted.
        private @Nullable Item advance() throws IOException {
            if (channel == null || entries == null) {
                channel = FileChannel.open(file);
                entries = new TarArchiveInputStream(Channels.newInputStream(channel), StandardCharsets.UTF_8.name());
            }
            TarArchiveEntry entry = entries.getNextEntry();
            if (entry == null) {
                ended = true;
                boolean whole = channel.size() % entries.getRecordSize() == 0;
                return whole ? null : Named.failing(id, "is truncated: it ends within a header");
            }
            String name = entry.getName().replaceFirst("^(\\.?/)+", "");
            boolean wanted = !entry.isDirectory() && Kind.of(name) == Kind.PICTURE && !isHidden(name);
            return wanted ? item(id + "/" + name, entry, channel.position(), channel.size()) : null;
        }

        private Item item(String picture, TarArchiveEntry entry, long offset, long end) {
            long size = entry.getSize();
            if (entry.isLink() || entry.isSymbolicLink()) {
                return Named.failing(picture, "is a link in its archive; those are not followed");
            }
            if (entry.isSparse()) {
                return Named.failing(picture, "is stored in its archive with holes, which is not read");
            }
            if (size > end - offset) {
                ended = true;
                return Named.failing(
                        picture,
                        "its archive is truncated: " + (end - offset) + " of its " + size + " bytes are there");
            }
            if (size > Integer.MAX_VALUE) {
                return Named.failing(picture, "has " + size + " bytes; the limit is " + Integer.MAX_VALUE);
            }
            return new Item(picture, () -> read(offset, (int) size));
        }

        private static boolean isHidden(String name) {
            return Arrays.stream(name.split("/")).anyMatch(part -> part.startsWith(".") && !part.equals(".."));
        }
    }
}
