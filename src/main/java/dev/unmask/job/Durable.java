package dev.unmask.job;

import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/// Writes that outlive the loss of power: a file is on the disk before it gets its name, and the name before anything
/// relies on it.
public final class Durable {

    private Durable() {}

    /// Writes a file, which appears complete or not at all.
    static void write(Path file, ByteBuffer bytes) throws IOException {
        Path partial = file.resolveSibling("." + file.getFileName() + ".partial");
        try (FileChannel channel = FileChannel.open(
                partial, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            write(channel, bytes);
        }
        move(partial, file);
    }

    /// Writes at the end of a file.
    static void append(Path file, ByteBuffer bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            write(channel, bytes);
        }
    }

    /// Gives a whole file its place, where it replaces another.
    static void publish(Path partial, Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(partial, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        move(partial, file);
    }

    /// Tells users of a file or folder that cannot be written, and why.
    public static UnmaskException unwritable(Path path, IOException e) {
        String why = e instanceof AccessDeniedException ? "permission denied" : String.valueOf(e.getMessage());
        return new UnmaskException(Fault.UNAVAILABLE, "cannot write " + path + ": " + why, e);
    }

    private static void write(FileChannel channel, ByteBuffer bytes) throws IOException {
        ByteBuffer left = bytes.duplicate();
        while (left.hasRemaining()) {
            channel.write(left);
        }
        channel.force(true);
    }

    private static void move(Path partial, Path file) throws IOException {
        Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (FileChannel folder = FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
            folder.force(true);
        }
    }
}
