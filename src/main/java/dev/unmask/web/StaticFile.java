package dev.unmask.web;

import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import dev.unmask.door.Coding;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A file of ours that browsers are given as it is: a page, or what a page is made of.
final class StaticFile {

    /// A page may run our scripts, show our pictures and the caller's own, and ask this service: nothing else, and
    /// nothing of anybody else.
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self';"
            + " img-src 'self' blob: data:; connect-src 'self'; base-uri 'none'; form-action 'none';"
            + " frame-ancestors 'none'";

    private static final Set<String> WORTH_PACKING = Set.of("html", "css", "js", "svg");

    private final MediaType type;
    private final byte[] bytes;
    private final byte @Nullable [] packed;
    private final Tag tag;

    private StaticFile(String extension, byte[] bytes) {
        this.type = type(extension);
        this.bytes = bytes;
        this.packed = WORTH_PACKING.contains(extension) ? Coding.GZIP.pack(bytes) : null;
        this.tag = Tag.of(bytes);
    }

    /// Reads a file of the class path.
    ///
    /// @param path from its root, with neither `..` nor an empty name
    static StaticFile read(String path) {
        if (!path.matches("[a-z]+(/[a-z0-9-]+)*\\.[a-z]+")) {
            throw missing(path);
        }
        try (InputStream in = StaticFile.class.getResourceAsStream("/" + path)) {
            if (in == null) {
                throw missing(path);
            }
            return new StaticFile(path.substring(path.lastIndexOf('.') + 1), in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The file, or that the caller has it. Kept by browsers, which ask each time whether it still holds: scripts of
    /// two versions must not meet.
    HttpResponse<?> answer(HttpRequest<?> request) {
        if (tag.isHeldBy(request)) {
            return headed(HttpResponse.notModified());
        }
        MutableHttpResponse<byte[]> response = HttpResponse.<byte[]>ok().contentType(type);
        return headed(
                packed != null && Coding.GZIP.isAccepted(request)
                        ? response.header(HttpHeaders.CONTENT_ENCODING, Coding.GZIP.headerName())
                                .body(packed)
                        : response.body(bytes));
    }

    private HttpResponse<?> headed(MutableHttpResponse<?> response) {
        return response.header(HttpHeaders.ETAG, tag.value())
                .header(HttpHeaders.CACHE_CONTROL, "no-cache")
                .header(HttpHeaders.VARY, "accept-encoding")
                .header("content-security-policy", POLICY)
                .header("referrer-policy", "no-referrer");
    }

    private static MediaType type(String extension) {
        return switch (extension) {
            case "html" -> new MediaType("text/html;charset=utf-8");
            case "js" -> new MediaType("text/javascript;charset=utf-8");
            default -> MediaType.forExtension(extension).orElseThrow();
        };
    }

    private static UnmaskException missing(String path) {
        return new UnmaskException(Fault.NOT_FOUND, "there is no file /" + path);
    }
}
