package dev.unmask.web;

import dev.unmask.Card;
import dev.unmask.Sha256;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;
import java.util.TreeMap;

/// The `ETag` of an answer: a hash of the file that it is, or of all that it is a function of: known before any work
/// is done.
///
/// It is weak, as the answer may be packed, and as other devices may differ in the last bit of a number.
record Tag(String value) {

    private static final String VERSION = Optional.ofNullable(
                    Tag.class.getPackage().getImplementationVersion())
            .orElse("unreleased");

    static Tag of(HttpRequest<?> request, Asked asked, Form form, Card card) {
        MessageDigest hash = Sha256.inParts();
        add(hash, VERSION, request.getPath(), form.name(), card.name(), card.digest(), "several=" + asked.several());
        new TreeMap<>(asked.options().values()).forEach((name, value) -> {
            if (!name.equals("timeout_ms")) {
                add(hash, name, value);
            }
        });
        asked.images().forEach(image -> add(hash, image));
        return of(hash);
    }

    static Tag of(byte[] file) {
        MessageDigest hash = Sha256.inParts();
        hash.update(file);
        return of(hash);
    }

    private static Tag of(MessageDigest hash) {
        return new Tag("W/\"" + HexFormat.of().formatHex(hash.digest(), 0, 16) + "\"");
    }

    /// Whether a caller names tags of answers that it has, so that one is worth computing beforehand.
    static boolean mayBeHeldBy(HttpRequest<?> request) {
        return request.getHeaders().contains(HttpHeaders.IF_NONE_MATCH);
    }

    /// Whether the caller has this answer already.
    boolean isHeldBy(HttpRequest<?> request) {
        return request.getHeaders().getAll(HttpHeaders.IF_NONE_MATCH).stream()
                .flatMap(list -> java.util.Arrays.stream(list.split(",", -1)))
                .map(String::strip)
                .anyMatch(held -> held.equals("*") || opaque(held).equals(opaque(value)));
    }

    private static String opaque(String tag) {
        return tag.startsWith("W/") ? tag.substring(2) : tag;
    }

    private static void add(MessageDigest hash, String... texts) {
        for (String text : texts) {
            add(hash, text.getBytes(StandardCharsets.UTF_8));
        }
    }

    /// With its length, so that no two lists of parts are the same bytes.
    private static void add(MessageDigest hash, byte[] part) {
        hash.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, part.length));
        hash.update(part);
    }
}
