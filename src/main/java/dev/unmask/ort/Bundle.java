package dev.unmask.ort;

import dev.unmask.Card;
import dev.unmask.Fault;
import dev.unmask.Normalization;
import dev.unmask.Output;
import dev.unmask.PatchGrid;
import dev.unmask.Sha256;
import dev.unmask.Tensor;
import dev.unmask.UnmaskException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// A model as a folder: manifest, graphs, weights, golden tensors. A file is read only after its digest was checked.
public final class Bundle {

    public static final String MANIFEST = "model.json";
    static final String GOLDEN = "golden.safetensors";
    private static final String LABELS = "labels.txt";
    private static final int CHUNK = 1 << 20;

    private final Path folder;
    private final Manifest manifest;
    private final String digest;
    private final Set<String> checked = ConcurrentHashMap.newKeySet();

    private Bundle(Path folder, Manifest manifest, String digest) {
        this.folder = folder;
        this.manifest = manifest;
        this.digest = digest;
    }

    /// Reads the manifest; the other files are checked when they are first needed.
    public static Bundle open(Path folder) {
        Path file = folder.resolve(MANIFEST);
        try {
            byte[] json = Files.readAllBytes(file);
            return new Bundle(folder, Manifest.read(json, file.toString()), Sha256.of(json));
        } catch (NoSuchFileException e) {
            throw new UnmaskException(Fault.NOT_FOUND, notABundle(folder), e);
        } catch (IOException e) {
            throw new UnmaskException(Fault.UNAVAILABLE, "cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    public Path folder() {
        return folder;
    }

    public Card card() {
        Manifest.Image image = manifest.image();
        return new Card(
                manifest.name(),
                manifest.license(),
                manifest.source().file(),
                manifest.source().flavour(),
                digest,
                new PatchGrid(image.height(), image.width(), image.patch()),
                new Normalization(image.mean(), image.std()),
                manifest.encoder(),
                manifest.decoder(),
                manifest.classes(),
                manifest.finalNorm().equals("tokens"),
                manifest.normalizedPixels(),
                manifest.preprocess(),
                labels(),
                outputs(),
                manifest.parameters(),
                bytes());
    }

    /// The file name and description of a graph in one variant.
    Map.Entry<String, Manifest.Graph> graph(String graph, String variant) {
        return find(graph, variant)
                .orElseThrow(() -> new UnmaskException(
                        Fault.NOT_FOUND, manifest.name() + " has no " + variant + " variant of its " + graph));
    }

    /// Whether each of its graphs has a variant for a device that takes uint8 pixels, where it takes pixels, and
    /// computes so.
    boolean has(Precision precision, Device device) {
        return manifest.graphs().values().stream()
                .map(Manifest.Graph::graph)
                .distinct()
                .allMatch(graph -> find(graph, precision.variant(device, graph, Tensor.Type.UINT8))
                        .isPresent());
    }

    /// The path of a file of this bundle, once its digest agreed with the manifest.
    Path checked(String name) {
        Path file = folder.resolve(name);
        if (!checked.contains(name)) {
            String expected = expectedDigest(name);
            String actual = digestOf(file);
            if (!actual.equals(expected)) {
                throw new UnmaskException(
                        Fault.UNAVAILABLE,
                        file + " is not the file the manifest names: its sha256 is " + shorten(actual) + ", expected "
                                + shorten(expected));
            }
            checked.add(name);
        }
        return file;
    }

    private Optional<Map.Entry<String, Manifest.Graph>> find(String graph, String variant) {
        return manifest.graphs().entrySet().stream()
                .filter(entry -> entry.getValue().graph().equals(graph)
                        && entry.getValue().variant().equals(variant))
                .findFirst();
    }

    private Set<Output> outputs() {
        Set<Output> outputs = EnumSet.noneOf(Output.class);
        for (Manifest.Graph graph : manifest.graphs().values()) {
            for (Manifest.Port port : graph.outputs()) {
                outputs.add(Output.of(port.name()));
            }
        }
        return outputs;
    }

    /// Of the graphs and their weights; variants may share a file.
    private long bytes() {
        Set<String> names = new HashSet<>(manifest.graphs().keySet());
        manifest.graphs().values().forEach(graph -> names.addAll(graph.data()));
        return names.stream()
                .mapToLong(name -> folder.resolve(name).toFile().length())
                .sum();
    }

    private List<String> labels() {
        if (!manifest.files().containsKey(LABELS)) {
            return List.of();
        }
        try {
            return Files.readAllLines(checked(LABELS));
        } catch (IOException e) {
            throw new UnmaskException(Fault.UNAVAILABLE, "cannot read " + folder.resolve(LABELS), e);
        }
    }

    private String expectedDigest(String name) {
        Manifest.@Nullable Graph graph = manifest.graphs().get(name);
        Manifest.@Nullable Blob blob = manifest.files().get(name);
        if (graph == null && blob == null) {
            throw new UnmaskException(Fault.UNAVAILABLE, manifest.name() + " has no " + name);
        }
        return graph != null ? graph.sha256() : Objects.requireNonNull(blob).sha256();
    }

    private static String digestOf(Path file) {
        try {
            return sha256(file);
        } catch (NoSuchFileException e) {
            throw new UnmaskException(Fault.UNAVAILABLE, file + " is missing from the bundle", e);
        } catch (IOException e) {
            throw new UnmaskException(Fault.UNAVAILABLE, "cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    private static String sha256(Path file) throws IOException {
        MessageDigest digest = Sha256.inParts();
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        try (FileChannel channel = FileChannel.open(file)) {
            while (channel.read(chunk) >= 0) {
                digest.update(chunk.flip());
                chunk.clear();
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static String notABundle(Path folder) {
        return Files.isDirectory(folder)
                ? folder + " is not a model bundle: it holds no " + MANIFEST
                : "there is no model bundle at " + folder;
    }

    private static String shorten(String digest) {
        return digest.length() > 12 ? digest.substring(0, 12) + "…" : digest;
    }
}
