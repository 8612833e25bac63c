package dev.unmask.job.source;

import java.nio.file.Path;
import java.util.function.Predicate;

/// The pictures in a folder and in the folders in it, as [Walk] goes through them.
///
/// @param wanted which files those are
/// @param depth of folders, at most
record Folder(Path root, Predicate<Path> wanted, int depth) implements Source {

    /// Names of one folder that are in memory at once.
    private static final int MOST_NAMES = 1 << 20;

    /// All pictures.
    static Folder of(Path root) {
        return new Folder(root, path -> Kind.of(path.toString()) == Kind.PICTURE, Integer.MAX_VALUE);
    }

    @Override
    public Items iterator() {
        return Items.of(root.toString(), () -> new Walk(root, wanted, depth, MOST_NAMES));
    }
}
