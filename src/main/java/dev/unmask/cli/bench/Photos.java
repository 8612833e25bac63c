package dev.unmask.cli.bench;

import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The pictures that are sent and decoded.
final class Photos {

    @Option(
            names = "--photos",
            paramLabel = "FILE",
            split = ",",
            description = "JPEG files with commas between, taken in turn (default: those in photos/).")
    @Nullable
    List<Path> files;

    /// The bytes of each file.
    List<byte[]> read() {
        List<Path> chosen = files == null ? bundled() : files;
        List<byte[]> photos = new ArrayList<>();
        for (Path file : chosen) {
            try {
                photos.add(Files.readAllBytes(file));
            } catch (IOException e) {
                throw new UnmaskException(Fault.NOT_FOUND, "cannot read photo " + file + ": " + e.getMessage(), e);
            }
        }
        return photos;
    }

    private static List<Path> bundled() {
        Path folder = Path.of(System.getProperty("unmask.home", "")).resolve("photos");
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> photos = files.filter(file -> file.toString().endsWith(".jpg"))
                    .sorted()
                    .toList();
            if (!photos.isEmpty()) {
                return photos;
            }
        } catch (IOException _) {
            // said below
        }
        throw new UnmaskException(Fault.NOT_FOUND, "there are no photos in " + folder + "; --photos names some");
    }
}
