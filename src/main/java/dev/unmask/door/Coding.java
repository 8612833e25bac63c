package dev.unmask.door;

import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.exceptions.HttpStatusException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.InflaterInputStream;

/// How a body is packed for its way.
public enum Coding {
    IDENTITY,
    GZIP,
    DEFLATE;

    /// What the head of a request says.
    public static Coding of(HttpRequest<?> request) {
        String named = request.getHeaders().get(HttpHeaders.CONTENT_ENCODING, String.class, "identity");
        return switch (named.strip().toLowerCase(Locale.ROOT)) {
            case "identity" -> IDENTITY;
            case "gzip", "x-gzip" -> GZIP;
            case "deflate" -> DEFLATE;
            default ->
                throw new HttpStatusException(
                        HttpStatus.UNSUPPORTED_MEDIA_TYPE,
                        "content-encoding '" + named + "' is not one of gzip, deflate, identity");
        };
    }

    /// Whether the caller of a request reads answers that are packed so.
    public boolean isAccepted(HttpRequest<?> request) {
        List<String> ranges = request.getHeaders().getAll(HttpHeaders.ACCEPT_ENCODING).stream()
                .flatMap(list -> Arrays.stream(list.toLowerCase(Locale.ROOT).split(",", -1)))
                .map(range -> range.replace(" ", ""))
                .toList();
        return ranges.stream()
                .filter(range -> range.matches(lowerCase() + "(;.*)?"))
                .findFirst()
                .or(() -> ranges.stream().filter(range -> range.startsWith("*")).findFirst())
                .filter(range -> !range.matches(".*;q=0(\\.0*)?"))
                .isPresent();
    }

    /// The first that the caller of a request reads.
    public static Coding accepted(HttpRequest<?> request) {
        return Stream.of(GZIP, DEFLATE)
                .filter(coding -> coding.isAccepted(request))
                .findFirst()
                .orElse(IDENTITY);
    }

    /// As headers name it.
    public String headerName() {
        return lowerCase();
    }

    /// Fast rather than small.
    public byte[] pack(byte[] plain) {
        if (this == IDENTITY) {
            return plain;
        }
        ByteArrayOutputStream packed = new ByteArrayOutputStream(plain.length / 2);
        try (OutputStream packing = packing(packed)) {
            packing.write(plain);
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory failed", e);
        }
        return packed.toByteArray();
    }

    /// Unpacks, but never more than `most` bytes.
    public byte[] unpack(byte[] body, int most) {
        if (this == IDENTITY || body.length == 0) {
            return body;
        }
        try (InputStream packed = unpacking(new ByteArrayInputStream(body))) {
            byte[] plain = packed.readNBytes(most);
            if (plain.length == most && packed.read() >= 0) {
                throw new UnmaskException(
                        Fault.TOO_LARGE, "the body has more than " + most + " bytes, unpacked; it may have no more");
            }
            return plain;
        } catch (EOFException _) {
            throw UnmaskException.invalid("the body is " + lowerCase() + " that ends too early");
        } catch (IOException e) {
            throw UnmaskException.invalid("the body is not " + lowerCase() + ": " + e.getMessage());
        }
    }

    /// What a stream of packed bytes holds.
    public InputStream unpacking(InputStream packed) throws IOException {
        return switch (this) {
            case IDENTITY -> packed;
            case GZIP -> new GZIPInputStream(packed);
            case DEFLATE -> new InflaterInputStream(packed);
        };
    }

    /// Packs into a stream, fast rather than small. Closing frees what packing needs outside the heap.
    public OutputStream packing(OutputStream packed) throws IOException {
        return switch (this) {
            case IDENTITY -> packed;
            case GZIP ->
                new GZIPOutputStream(packed) {
                    {
                        def.setLevel(Deflater.BEST_SPEED);
                    }
                };
            case DEFLATE ->
                new DeflaterOutputStream(packed) {
                    {
                        def.setLevel(Deflater.BEST_SPEED);
                    }
                };
        };
    }

    private String lowerCase() {
        return name().toLowerCase(Locale.ROOT);
    }
}
