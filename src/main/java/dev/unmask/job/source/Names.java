package dev.unmask.job.source;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Iterator;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/// The names in a folder in the order of their UTF-16 code units, whatever locale and file system; without those that
/// begin with a dot. Of a folder that has more than it may hold it takes the next ones in a further pass, so that
/// memory is bounded.
final class Names {

    private final Path folder;
    private final int most;
    private Iterator<String> held = Collections.emptyIterator();
    private String last = "";
    private boolean more = true;

    /// @param most names to hold
    Names(Path folder, int most) {
        this.folder = folder;
        this.most = most;
    }

    /// The next name; null after the last.
    @Nullable
    String next() throws IOException {
        if (!held.hasNext() && more) {
            pass();
        }
        if (!held.hasNext()) {
            return null;
        }
        last = held.next();
        return last;
    }

    /// Takes the smallest of the names that follow the last one.
    private void pass() throws IOException {
        PriorityQueue<String> smallest = new PriorityQueue<>(Collections.reverseOrder());
        more = false;
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            for (Path entry : entries) {
                String name = String.valueOf(entry.getFileName());
                if (name.startsWith(".") || name.compareTo(last) <= 0) {
                    continue;
                }
                smallest.add(name);
                if (smallest.size() > most) {
                    smallest.remove();
                    more = true;
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        held = smallest.stream().sorted().iterator();
    }
}
