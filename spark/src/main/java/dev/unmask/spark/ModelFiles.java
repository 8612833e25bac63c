package dev.unmask.spark;

import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import dev.unmask.ort.Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.spark.SparkFiles;

/// Where a bundle is: in a folder that every machine has, or in the files that travel with the application, which are
/// known by their names.
final class ModelFiles {

    private static final Pattern ARCHIVE = Pattern.compile("(?:.*/)?([^/]+?)\\.(?:zip|tar|tar\\.gz|tgz)");

    private ModelFiles() {}

    /// The name that an archive of a bundle is unpacked under; empty for what is no archive.
    static Optional<String> unpacked(String model) {
        Matcher archive = ARCHIVE.matcher(model);
        return archive.matches() ? Optional.of(archive.group(1)) : Optional.empty();
    }

    /// The specification as every executor understands it, with the digest that it must find: asked for, or that of the
    /// bundle here.
    static ModelSpec settle(ModelSpec given) {
        ModelSpec spec = given.at(everywhere(given.model()), given.digest());
        try {
            return spec.at(spec.model(), open(spec).card().digest());
        } catch (UnmaskException refusal) {
            if (refusal.fault() != Fault.NOT_FOUND) {
                throw refusal;
            }
            if (spec.digest() == null) {
                throw new UnmaskException(
                        Fault.NOT_FOUND,
                        refusal.getMessage() + "; if the executors have it, name its digest (--digest; `unmask"
                                + " describe` prints it)",
                        refusal);
            }
            return spec;
        }
    }

    /// The bundle of a specification on this machine; refused unless it has the digest asked for.
    static Bundle open(ModelSpec spec) {
        Bundle bundle = Bundle.open(folder(spec.model()));
        String digest = bundle.card().digest();
        if (spec.digest() != null && !spec.digest().equals(digest)) {
            throw new UnmaskException(
                    Fault.UNAVAILABLE,
                    bundle.folder() + " is not the model of this job: its digest is " + digest + ", expected "
                            + spec.digest());
        }
        return bundle;
    }

    /// A path is meant from where the driver runs, not from each executor's working folder. A name alone may be one of
    /// the job's files, which are there.
    private static String everywhere(String name) {
        Path path = Path.of(name);
        boolean relative = path.getNameCount() > 1 && !path.isAbsolute() && Files.isDirectory(path);
        return relative ? path.toAbsolutePath().normalize().toString() : name;
    }

    /// A folder on this machine, or of the job's files.
    static Path local(String name) {
        Path folder = Path.of(
                name.startsWith("file:") ? Path.of(java.net.URI.create(name)).toString() : name);
        if (Files.isDirectory(folder) || folder.isAbsolute()) {
            return folder;
        }
        return Path.of(SparkFiles.get(name)).toAbsolutePath().normalize();
    }

    /// An archive may hold the bundle's folder or what is in it.
    private static Path folder(String name) {
        Path folder = local(name);
        if (Files.exists(folder.resolve(Bundle.MANIFEST)) || !Files.isDirectory(folder)) {
            return folder;
        }
        try (Stream<Path> inside = Files.list(folder)) {
            List<Path> bundles = inside.filter(path -> Files.exists(path.resolve(Bundle.MANIFEST)))
                    .toList();
            return bundles.size() == 1 ? bundles.getFirst() : folder;
        } catch (IOException e) {
            throw new UnmaskException(Fault.UNAVAILABLE, "cannot read " + folder + ": " + e.getMessage(), e);
        }
    }
}
