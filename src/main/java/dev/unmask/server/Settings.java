package dev.unmask.server;

import dev.unmask.UnmaskException;
import dev.unmask.batch.Policy;
import dev.unmask.image.Limits;
import dev.unmask.ort.Device;
import io.micronaut.context.annotation.ConfigurationProperties;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// What the operator chose: `unmask.*`. The defaults are those of application.yml; none is repeated here, where it
/// would silently stand in for a value that cannot be read.
///
/// @param models bundles to serve; the first is the default
/// @param device cpu, cuda or cuda:N
/// @param maxRows of one batch
/// @param maxTokens of one batch, rows x (1 + kept patches)
/// @param maxDelay that a row waits for company while the model is idle; 0 is allowed
/// @param queueRows that may wait; more are answered 429
/// @param decodeThreads 0: one per core
/// @param pixelsInFlight of all pictures being decoded at a time
/// @param bytesInFlight of all request bodies that are received or worked on; 0: a share of the heap
/// @param requestTimeout that a request may take before its work begins, unless its caller says otherwise
/// @param shutdownGrace for what was accepted when the service is told to stop; then it is refused
/// @param modelControl whether models may be loaded and unloaded over HTTP
/// @param modelFolder where bundles that are loaded later lie, each in a folder of its name
@ConfigurationProperties("unmask")
record Settings(
        List<String> models,
        String device,
        int maxRows,
        int maxTokens,
        Duration maxDelay,
        int queueRows,
        int decodeThreads,
        long pixelsInFlight,
        long bytesInFlight,
        Duration requestTimeout,
        Duration shutdownGrace,
        boolean modelControl,
        Path modelFolder) {

    Settings {
        models = List.copyOf(models);
        if (models.isEmpty() || models.stream().anyMatch(String::isBlank)) {
            throw UnmaskException.invalid("unmask.models names no bundle");
        }
        try {
            Device.parse(device);
        } catch (UnmaskException _) {
            throw Check.refusal("unmask.device", device, "cpu, cuda or cuda:N");
        }
        Check.range("unmask.max-rows", maxRows, 1, 1024);
        Check.range("unmask.max-tokens", maxTokens, 1, 1 << 20);
        Check.range("unmask.max-delay", maxDelay, Duration.ZERO, Duration.ofMinutes(1));
        Check.range("unmask.queue-rows", queueRows, 1, 1 << 20);
        if (queueRows < maxRows) {
            throw Check.refusal("unmask.queue-rows", queueRows, "at least unmask.max-rows, " + maxRows);
        }
        Check.range("unmask.decode-threads", decodeThreads, 0, 1024);
        Check.range("unmask.pixels-in-flight", pixelsInFlight, Limits.DEFAULT.maxPixels(), 1L << 40);
        Check.range("unmask.bytes-in-flight", bytesInFlight, 0, 1L << 40);
        Check.range("unmask.request-timeout", requestTimeout, Duration.ofMillis(1), Duration.ofHours(1));
        Check.range("unmask.shutdown-grace", shutdownGrace, Duration.ZERO, Duration.ofHours(1));
    }

    Policy policy() {
        return new Policy(maxRows, maxTokens, maxDelay, queueRows);
    }

    int decoders() {
        return decodeThreads == 0 ? Runtime.getRuntime().availableProcessors() : decodeThreads;
    }
}
