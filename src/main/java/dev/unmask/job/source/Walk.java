package dev.unmask.job.source;

import dev.unmask.job.Item;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Goes through a folder by the order of [Names]; a folder in it is gone through where its name stands. Links are
/// followed, but none into a folder that it is in already. A folder that cannot be listed is an item that fails.
final class Walk implements Items.Feed {

    /// A folder that it is in.
    ///
    /// @param key the same for the same folder, by whatever path
    private record Level(Path folder, Object key, Names names) {}

    private final Predicate<Path> wanted;
    private final int depth;
    private final int mostNames;
    private final Deque<Level> levels = new ArrayDeque<>();

    /// @param wanted which files become items
    /// @param depth folders that it is in at once, at most
    /// @param mostNames of each of them, to hold at once
    Walk(Path root, Predicate<Path> wanted, int depth, int mostNames) throws IOException {
        this.wanted = wanted;
        this.depth = depth;
        this.mostNames = mostNames;
        enter(root, Files.readAttributes(root, BasicFileAttributes.class));
    }

    @Override
    public @Nullable Item next() {
        while (!levels.isEmpty()) {
            Level level = levels.element();
            try {
                String name = level.names().next();
                Item item = name == null ? leave() : visit(level.folder(), name);
                if (item != null) {
                    return item;
                }
            } catch (IOException e) {
                levels.remove();
                return Named.failing(level.folder().toString(), e);
            }
        }
        return null;
    }

    private @Nullable Item leave() {
        levels.remove();
        return null;
    }

    private @Nullable Item visit(Path folder, String name) {
        Path path;
        try {
            path = folder.resolve(name);
        } catch (InvalidPathException e) {
            return Named.failing(folder + "/" + name, "is not a path here: " + e.getReason());
        }
        try {
            BasicFileAttributes found = Files.readAttributes(path, BasicFileAttributes.class);
            if (found.isDirectory()) {
                enter(path, found);
                return null;
            }
            return found.isRegularFile() && wanted.test(path) ? Item.of(path.toString(), path) : null;
        } catch (AccessDeniedException e) {
            return Named.failing(path.toString(), e); // maybe a folder
        } catch (IOException e) {
            return wanted.test(path) ? Named.failing(path.toString(), e) : null; // a link to nowhere
        }
    }

    private void enter(Path folder, BasicFileAttributes found) throws IOException {
        Object key = found.fileKey() == null ? folder.toRealPath() : found.fileKey();
        if (levels.size() < depth
                && levels.stream().noneMatch(level -> level.key().equals(key))) {
            levels.push(new Level(folder, key, new Names(folder, mostNames)));
        }
    }
}
