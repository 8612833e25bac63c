package dev.unmask.job;

import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/// One job's hold on its output, as long as its process lives. The file says whose it is.
final class Lock implements Closeable {

    private final FileChannel channel;

    private Lock(FileChannel channel) {
        this.channel = channel;
    }

    static Lock take(Path file, Path folder) throws IOException {
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            if (tryLock(channel) == null) {
                throw new UnmaskException(
                        Fault.UNAVAILABLE,
                        "another job, " + Files.readString(file).strip() + ", is writing to " + folder);
            }
            String owner = "process " + ProcessHandle.current().pid() + "\n";
            channel.truncate(0).write(ByteBuffer.wrap(owner.getBytes(StandardCharsets.UTF_8)));
            return new Lock(channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException _) {
            return null; // this process has it
        }
    }
}
