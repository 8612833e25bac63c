package dev.unmask.server;

import dev.unmask.UnmaskException;
import dev.unmask.image.Limits;
import io.micronaut.context.annotation.ConfigurationProperties;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// What the operator chose of `unmask.*` about the service itself. The defaults are those of application.yml; none is
/// repeated here, where it
/// would silently stand in for a value that cannot be read.
///
/// @param models bundles to serve; the first is the default
/// @param decodeThreads 0: one per core
/// @param pixelsInFlight of all pictures being decoded at a time; 0: chosen from the heap
/// @param bytesInFlight of all request bodies that are received or worked on; 0: a share of the heap
/// @param requestTimeout that a request may take before its work begins, unless its caller says otherwise
/// @param shutdownGrace for what was accepted when the service is told to stop; then it is refused
/// @param modelControl whether models may be loaded and unloaded over HTTP
/// @param modelFolder where bundles that are loaded later lie, each in a folder of its name
/// @param logFormat plain or json
/// @param accessLog whether a line is logged for each request
@ConfigurationProperties("unmask")
record Settings(
        List<String> models,
        int decodeThreads,
        long pixelsInFlight,
        long bytesInFlight,
        Duration requestTimeout,
        Duration shutdownGrace,
        boolean modelControl,
        Path modelFolder,
        String logFormat,
        boolean accessLog) {

    private static final long MOST_PIXELS = 200_000_000;

    Settings {
        models = List.copyOf(models);
        if (models.isEmpty() || models.stream().anyMatch(String::isBlank)) {
            throw UnmaskException.invalid("unmask.models names no bundle");
        }
        Check.range("unmask.decode-threads", decodeThreads, 0, 1024);
        Check.range("unmask.pixels-in-flight", pixelsInFlight, 0, pixelsOf(1));
        Check.range("unmask.bytes-in-flight", bytesInFlight, 0, 1L << 40);
        Logs.Format.parse(logFormat);
        Check.range("unmask.request-timeout", requestTimeout, Duration.ofMillis(1), Duration.ofHours(1));
        Check.range("unmask.shutdown-grace", shutdownGrace, Duration.ZERO, Duration.ofHours(1));
    }

    /// Pixels that may be decoded at a time, by default what half the heap holds.
    long pixels() {
        return pixelsInFlight == 0 ? Math.min(MOST_PIXELS, pixelsOf(0.5)) : pixelsInFlight;
    }

    /// How large a picture may be: it must fit in by itself.
    Limits limits() {
        return new Limits(Math.min(pixels(), Limits.DEFAULT.maxPixels()), Limits.DEFAULT.maxSide());
    }

    Logs.Format format() {
        return Logs.Format.parse(logFormat);
    }

    int decoders() {
        return decodeThreads == 0 ? Runtime.getRuntime().availableProcessors() : decodeThreads;
    }

    /// Pixels that a share of the heap holds while they are decoded.
    private static long pixelsOf(double share) {
        return (long) (share * Runtime.getRuntime().maxMemory() / Limits.BYTES_PER_PIXEL);
    }
}
