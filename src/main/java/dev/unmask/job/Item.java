package dev.unmask.job;

import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// One picture of a job.
///
/// @param id by which its row is known: the path it was named by
public record Item(String id, Content content) {

    /// The bytes of a picture's file, read when they are asked for, on any thread, whatever becomes of other items.
    @FunctionalInterface
    public interface Content {
        byte[] read() throws IOException;
    }

    /// The picture of a file.
    public static Item of(String id, Path file) {
        return new Item(id, () -> {
            if (Files.isDirectory(file)) {
                throw UnmaskException.invalid("is a folder, not a picture");
            }
            return Files.readAllBytes(file);
        });
    }

    /// Reads it; what cannot be read is refused, and the message says why.
    public byte[] bytes() {
        try {
            return content.read();
        } catch (NoSuchFileException e) {
            throw new UnmaskException(Fault.NOT_FOUND, "there is no such file", e);
        } catch (AccessDeniedException e) {
            throw new UnmaskException(Fault.INVALID, "cannot be read: permission denied", e);
        } catch (IOException e) {
            throw new UnmaskException(Fault.INVALID, "cannot be read: " + e.getMessage(), e);
        }
    }
}
