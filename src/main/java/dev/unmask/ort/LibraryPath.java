package dev.unmask.ort;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Where CUDA's libraries are looked for on a Linux machine: in folders that were named, where the loader looks, where
/// the driver and the toolkits put them, and last in the packages of `python3`, where PyTorch has them.
final class LibraryPath {

    private static final List<String> OF_THE_SYSTEM = List.of("usr/lib/x86_64-linux-gnu", "usr/lib64", "usr/lib");
    private static final List<String> OF_THE_DRIVER =
            List.of("usr/local/nvidia/lib64", "usr/local/nvidia/lib", "usr/lib/wsl/lib");
    private static final String PACKAGES = "import nvidia; print(*nvidia.__path__, sep='\\n')";
    private static final long PATIENCE = 20;

    private final String programs;
    private final SequencedSet<Path> folders = new LinkedHashSet<>();
    private @Nullable List<Path> packages; // of python3, once it was asked

    /// @param named folders to look in first, apart by colons
    /// @param root of the file system
    /// @param environment of the process
    LibraryPath(String named, Path root, Map<String, String> environment) {
        this.programs = environment.getOrDefault("PATH", "");
        add(split(named));
        add(split(environment.getOrDefault("LD_LIBRARY_PATH", "")));
        list(root.resolve("etc/ld.so.conf.d"), "*.conf").forEach(file -> add(configured(root, file)));
        add(OF_THE_SYSTEM.stream().map(root::resolve));
        add(OF_THE_DRIVER.stream().map(root::resolve));
        list(root.resolve("usr/local"), "cuda*")
                .reversed()
                .forEach(toolkit -> add(Stream.of(toolkit.resolve("lib64"))));
    }

    static LibraryPath of(String named) {
        return new LibraryPath(named, Path.of("/"), System.getenv());
    }

    /// The library of a name, outside of Python's packages: what every machine with a driver has elsewhere.
    Optional<Path> findInstalled(String name) {
        return find(name, folders);
    }

    Optional<Path> find(String name) {
        return findInstalled(name).or(() -> find(name, packages()));
    }

    /// Libraries of a name such as `libcudart`, of whatever version.
    List<Path> versions(String stem) {
        return all().stream()
                .flatMap(folder -> list(folder, stem + ".so.[0-9]*").stream())
                .toList();
    }

    /// The folders that are there, for people; those of Python once they were looked in.
    @Override
    public synchronized String toString() {
        return Stream.concat(folders.stream(), packages == null ? Stream.empty() : packages.stream())
                .map(Path::toString)
                .collect(Collectors.joining(", "));
    }

    private List<Path> all() {
        return Stream.concat(folders.stream(), packages().stream()).toList();
    }

    private void add(Stream<Path> more) {
        more.filter(Files::isDirectory).forEach(folders::add);
    }

    private static Optional<Path> find(String name, Iterable<Path> folders) {
        for (Path folder : folders) {
            if (Files.isRegularFile(folder.resolve(name))) {
                return Optional.of(folder.resolve(name));
            }
        }
        return Optional.empty();
    }

    private static Stream<Path> split(String folders) {
        return Stream.of(folders.split(":")).filter(folder -> !folder.isBlank()).map(Path::of);
    }

    /// The folders that a file of the loader names.
    private static Stream<Path> configured(Path root, Path file) {
        try {
            return Files.readAllLines(file).stream()
                    .filter(line -> line.startsWith("/"))
                    .map(line -> root.resolve(line.strip().substring(1)));
        } catch (IOException | UncheckedIOException _) {
            return Stream.empty(); // the loader could not read it either
        }
    }

    private static List<Path> list(Path folder, String pattern) {
        List<Path> found = new ArrayList<>();
        if (Files.isDirectory(folder)) {
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, pattern)) {
                entries.forEach(found::add);
            } catch (IOException _) {
                return List.of(); // nothing can be loaded from it either
            }
        }
        found.sort(Comparator.naturalOrder());
        return found;
    }

    private synchronized List<Path> packages() {
        if (packages == null) {
            packages = split(programs)
                    .map(folder -> folder.resolve("python3"))
                    .filter(Files::isExecutable)
                    .findFirst()
                    .map(LibraryPath::packages)
                    .orElse(List.of());
        }
        return packages;
    }

    /// The folders of libraries in NVIDIA's packages of a Python environment.
    private static List<Path> packages(Path python) {
        try {
            Process process = new ProcessBuilder(python.toString(), "-c", PACKAGES)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            process.getOutputStream().close();
            if (!process.waitFor(PATIENCE, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return said.lines()
                    .flatMap(folder -> list(Path.of(folder), "*").stream())
                    .map(folder -> folder.resolve("lib"))
                    .filter(Files::isDirectory)
                    .toList();
        } catch (IOException _) {
            return List.of(); // no Python after all
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return List.of();
        }
    }
}
