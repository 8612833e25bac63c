package dev.unmask.image;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.unmask.Tensor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import java.util.zip.GZIPInputStream;

/// What Pillow and torchvision make of the test pictures; `export/pictures.py` wrote it.
final class Golden {

    private static final Path FOLDER = Path.of("src/test/resources/images");
    private static final JsonNode ENTRIES = read();

    private Golden() {}

    /// The names of all pictures.
    static Stream<String> names() {
        return StreamSupport.stream(((Iterable<String>) ENTRIES::fieldNames).spliterator(), false);
    }

    /// The names of the pictures that are decoded exactly.
    static Stream<String> exact() {
        return names().filter(name -> !DecoderGoldenTest.INEXACT.containsKey(name));
    }

    static Stream<String> oriented() {
        return names().filter(name -> ENTRIES.get(name).has("upright"));
    }

    static JsonNode entry(String name) {
        return ENTRIES.get(name);
    }

    static byte[] file(String name) {
        try {
            return Files.readAllBytes(name.startsWith("photos/") ? Path.of(name) : FOLDER.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Picture picture(String name) {
        return Decoder.DEFAULT.decode(file(name));
    }

    /// The pixels that a digest stands for; only those of small pictures are kept.
    static Optional<byte[]> pixels(String digest) {
        Path kept = FOLDER.resolve("expected").resolve(digest.substring(0, 16) + ".gz");
        if (!Files.exists(kept)) {
            return Optional.empty();
        }
        try (var unzipped = new GZIPInputStream(new ByteArrayInputStream(Files.readAllBytes(kept)))) {
            return Optional.of(unzipped.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String digest(Tensor tensor) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(tensor.toBytes()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static JsonNode read() {
        try {
            return new ObjectMapper().readTree(FOLDER.resolve("golden.json").toFile());
        } catch (IOException e) {
            throw new UncheckedIOException("write it by `python -m export.pictures " + FOLDER + "`", e);
        }
    }
}
