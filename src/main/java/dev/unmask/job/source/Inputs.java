package dev.unmask.job.source;

import dev.unmask.UnmaskException;
import dev.unmask.job.Item;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Supplier;

/// What a command line names pictures by. Each argument is one of these, as [Kind] tells files apart:
///
/// - a folder: the pictures in it and in folders of it;
/// - a tar archive: the pictures in it, whose ids are `shard.tar/name.jpg`;
/// - a list of paths: `.txt` a line each, `.csv`, `.tsv` and `.parquet` in a column. They are taken from the working
///   directory. What they name stays as it is, twice if it is named twice; what is missing is an item that fails. A
///   folder `.parquet` is a list of several files;
/// - any other file: a picture;
/// - a [Glob], if no file has that name: pictures, or the archives or lists that it ends like;
/// - `-`: a list on standard input, a line each or, if there is a NUL in it, NUL apart.
///
/// What is not there, a list that does not hold paths and a glob that nothing matches are refused at once.
public final class Inputs {

    /// The column of lists that holds paths, unless another is named.
    public static final String COLUMN = "path";

    private static final String STANDARD_INPUT = "-";

    private final String column;
    private final Supplier<InputStream> standardInput;

    private Inputs(String column, Supplier<InputStream> standardInput) {
        this.column = column;
        this.standardInput = standardInput;
    }

    /// The pictures of all arguments, in their order.
    ///
    /// @param column of lists that have several
    /// @param standardInput is read once, if an argument asks for it, and kept
    public static Source of(List<String> arguments, String column, Supplier<InputStream> standardInput) {
        if (arguments.stream().filter(STANDARD_INPUT::equals).count() > 1) {
            throw UnmaskException.invalid("standard input (-) is named more than once");
        }
        Inputs inputs = new Inputs(column, standardInput);
        return new Sequence(arguments.stream().map(inputs::source).toList());
    }

    private Source source(String argument) {
        if (argument.equals(STANDARD_INPUT)) {
            return standardInput();
        }
        Path path = path(argument);
        if (Files.isDirectory(path)) {
            return Kind.of(argument) == Kind.PARQUET ? parts(path) : Folder.of(path);
        }
        if (Files.exists(path)) {
            return file(argument, path);
        }
        if (Glob.isOne(argument)) {
            return glob(argument);
        }
        throw UnmaskException.invalid("there is no file or folder '" + argument + "'");
    }

    private Source file(String name, Path path) {
        return switch (Kind.of(name)) {
            case PICTURE, OTHER -> one(Named.item(name));
            case TAR -> new Tar(name, path);
            case TEXT -> checked(() -> Items.of(name, () -> new Lines(name, open(path), '\n')));
            case CSV -> checked(() -> Items.of(name, () -> Rows.open(name, open(path), ',', column)));
            case TSV -> checked(() -> Items.of(name, () -> Rows.open(name, open(path), '\t', column)));
            case PARQUET -> checked(() -> Items.of(name, () -> TextColumn.open(name, path, column)));
        };
    }

    private Source glob(String argument) {
        Glob glob = Glob.of(argument);
        if (!Files.isDirectory(glob.base())) {
            throw unmatched(argument);
        }
        Folder files = glob.files();
        try (Items found = files.iterator()) {
            if (!found.hasNext()) {
                throw unmatched(argument);
            }
            if (glob.kind() == Kind.PICTURE) {
                return files;
            }
            List<Source> each = new ArrayList<>();
            found.forEachRemaining(file -> each.add(file(file.id(), path(file.id()))));
            return new Sequence(each);
        }
    }

    /// A table as Spark and Unmask write them: a folder of files.
    private Source parts(Path folder) {
        Folder files = new Folder(folder, file -> Kind.of(file.toString()) == Kind.PARQUET, 1);
        List<Source> each = new ArrayList<>();
        files.forEach(file -> each.add(file(file.id(), path(file.id()))));
        return new Sequence(each);
    }

    private static UnmaskException unmatched(String glob) {
        return UnmaskException.invalid("no file matches '" + glob + "'");
    }

    private Source standardInput() {
        byte[] bytes;
        try (InputStream in = standardInput.get()) {
            bytes = in.readAllBytes();
        } catch (IOException e) {
            throw UnmaskException.invalid("standard input cannot be read: " + e.getMessage());
        }
        char end = contains(bytes, '\0') ? '\0' : '\n';
        return () ->
                Items.of("standard input", () -> new Lines("standard input", new ByteArrayInputStream(bytes), end));
    }

    private static Source one(Item item) {
        return () -> Items.of(item.id(), () -> {
            Iterator<Item> one = List.of(item).iterator();
            return () -> one.hasNext() ? one.next() : null;
        });
    }

    /// A list that can be opened and has what it must have.
    private static Source checked(Source list) {
        list.iterator().close();
        return list;
    }

    private static InputStream open(Path file) throws IOException {
        return new BufferedInputStream(Files.newInputStream(file));
    }

    private static boolean contains(byte[] bytes, char wanted) {
        for (byte one : bytes) {
            if (one == wanted) {
                return true;
            }
        }
        return false;
    }

    private static Path path(String argument) {
        if (argument.isEmpty()) {
            throw UnmaskException.invalid("an input is an empty text");
        }
        try {
            return Path.of(argument);
        } catch (InvalidPathException e) {
            throw UnmaskException.invalid("'" + argument + "' is not a path here: " + e.getReason());
        }
    }
}
