package dev.unmask.spark;

import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import dev.unmask.job.Item;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.security.AccessControlException;

/// A picture in a file system that Hadoop knows, read in the task.
///
/// @param name as [Path] reads it: with a scheme, or in the cluster's own file system
record FileContent(String name, Configuration hadoop) implements Item.Content {

    @Override
    public byte[] read() throws IOException {
        Path path = path();
        FileSystem files = path.getFileSystem(hadoop);
        try (InputStream stream = files.open(path)) {
            return stream.readAllBytes();
        } catch (FileNotFoundException e) {
            throw refusal(files, path, e);
        } catch (AccessControlException e) {
            throw new UnmaskException(Fault.INVALID, "cannot be read: permission denied", e);
        }
    }

    private Path path() {
        try {
            return new Path(name);
        } catch (IllegalArgumentException e) {
            throw new UnmaskException(Fault.INVALID, "is no path: " + e.getMessage(), e);
        }
    }

    /// File systems tell a folder, and the local one even a file that may not be read, as a file that is not found.
    private static UnmaskException refusal(FileSystem files, Path path, FileNotFoundException e) throws IOException {
        try {
            return files.getFileStatus(path).isDirectory()
                    ? UnmaskException.invalid("is a folder, not a picture")
                    : new UnmaskException(Fault.INVALID, "cannot be read: " + e.getMessage(), e);
        } catch (FileNotFoundException _) {
            return new UnmaskException(Fault.NOT_FOUND, "there is no such file", e);
        }
    }
}
