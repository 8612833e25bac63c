package dev.unmask.cli;

import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import dev.unmask.job.Durable;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Where results go: nowhere, standard output, a file, or a folder with a file per picture.
///
/// A file appears complete or not at all.
public final class Destination {

    private static final String STANDARD_OUTPUT = "-";

    private final Map<Path, Path> files;
    private final boolean piped;

    private Destination(Map<Path, Path> files, boolean piped) {
        this.files = files;
        this.piped = piped;
    }

    static Destination of(@Nullable String out, List<Path> images) {
        if (out == null) {
            return new Destination(Map.of(), false);
        }
        if (out.equals(STANDARD_OUTPUT)) {
            if (images.size() > 1) {
                throw UnmaskException.invalid(
                        "standard output takes one picture, not " + images.size() + "; name a folder");
            }
            return new Destination(Map.of(), true);
        }
        Path path = Path.of(out);
        if (images.size() == 1 && !Files.isDirectory(path) && !out.endsWith("/")) {
            requireFolder(path.toAbsolutePath().getParent());
            return new Destination(Map.of(images.getFirst(), path), false);
        }
        return new Destination(inFolder(path, images), false);
    }

    /// The file of a picture's result, `-` for standard output, null where nothing is written.
    @Nullable
    String of(Path image) {
        Path file = files.get(image);
        return file != null ? file.toString() : piped ? STANDARD_OUTPUT : null;
    }

    /// Writes the result of a picture; it is not even made where nothing is written.
    void write(Path image, Supplier<byte[]> result) {
        Path file = files.get(image);
        if (file != null) {
            replace(file, result.get());
        } else if (piped) {
            PrintStream out = System.out;
            out.writeBytes(result.get());
            out.flush();
            if (out.checkError()) {
                throw new UnmaskException(Fault.UNAVAILABLE, "cannot write to standard output");
            }
        }
    }

    private static Map<Path, Path> inFolder(Path folder, List<Path> images) {
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw UnmaskException.invalid(folder + " is a file; " + images.size() + " pictures need a folder");
        }
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw Durable.unwritable(folder, e);
        }
        return images.stream()
                .distinct()
                .collect(Collectors.toMap(Function.identity(), image -> folder.resolve(pngName(image)), (a, _) -> a))
                .entrySet()
                .stream()
                .collect(Collectors.collectingAndThen(Collectors.toList(), Destination::withoutClash));
    }

    private static Map<Path, Path> withoutClash(List<Map.Entry<Path, Path>> entries) {
        Map<Path, Path> byFile = entries.stream()
                .collect(Collectors.toMap(Map.Entry::getValue, Map.Entry::getKey, (a, b) -> {
                    throw UnmaskException.invalid(a + " and " + b + " would both be written to " + pngName(a));
                }));
        return byFile.entrySet().stream().collect(Collectors.toMap(Map.Entry::getValue, Map.Entry::getKey));
    }

    private static String pngName(Path image) {
        String name = String.valueOf(image.getFileName());
        int dot = name.lastIndexOf('.');
        return (dot > 0 ? name.substring(0, dot) : name) + ".png";
    }

    /// Refuses to write where no folder is, before any work is done.
    public static void requireFolder(@Nullable Path folder) {
        if (folder == null || !Files.isDirectory(folder)) {
            throw new UnmaskException(Fault.UNAVAILABLE, "there is no folder " + folder + " to write to");
        }
    }

    /// Devices and pipes are written to; a file is replaced, where a link leads to it.
    public static void replace(Path out, byte[] bytes) {
        @Nullable Path partial = null;
        try {
            Path file = Files.exists(out) ? out.toRealPath() : out.toAbsolutePath();
            if (Files.exists(file) && !Files.isRegularFile(file)) {
                Files.write(file, bytes, StandardOpenOption.WRITE);
                return;
            }
            partial = file.resolveSibling("." + file.getFileName() + ".partial-"
                    + ProcessHandle.current().pid());
            Files.write(partial, bytes);
            Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            discard(partial);
            throw Durable.unwritable(out, e);
        }
    }

    private static void discard(@Nullable Path partial) {
        try {
            if (partial != null) {
                Files.deleteIfExists(partial);
            }
        } catch (IOException _) {
            // the first failure is the one to tell
        }
    }
}
