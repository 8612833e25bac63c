package dev.unmask.server;

import dev.unmask.batch.Policy;
import dev.unmask.ort.Device;
import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// What the operator chose: `unmask.*` of application.yml.
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
/// @param logFormat plain or json
/// @param accessLog whether a line is logged for each request
@ConfigurationProperties("unmask")
record Settings(
        List<String> models,
        @Bindable(defaultValue = "cpu") String device,
        @Bindable(defaultValue = "32") int maxRows,
        @Bindable(defaultValue = "8192") int maxTokens,
        @Bindable(defaultValue = "PT0.0005S") Duration maxDelay,
        @Bindable(defaultValue = "512") int queueRows,
        @Bindable(defaultValue = "0") int decodeThreads,
        @Bindable(defaultValue = "200000000") long pixelsInFlight,
        @Bindable(defaultValue = "0") long bytesInFlight,
        @Bindable(defaultValue = "PT30S") Duration requestTimeout,
        @Bindable(defaultValue = "PT20S") Duration shutdownGrace,
        @Bindable(defaultValue = "false") boolean modelControl,
        @Bindable(defaultValue = "onnx") Path modelFolder,
        @Bindable(defaultValue = "plain") String logFormat,
        @Bindable(defaultValue = "true") boolean accessLog) {

    Settings {
        models = List.copyOf(models);
        if (models.isEmpty() || models.stream().anyMatch(String::isBlank)) {
            throw new IllegalArgumentException("unmask.models names no bundle");
        }
        Device.parse(device);
        Logs.Format.parse(logFormat);
        if (decodeThreads < 0 || decodeThreads > 1024) {
            throw new IllegalArgumentException("unmask.decode-threads is " + decodeThreads + "; it is 0 to 1024");
        }
    }

    Policy policy() {
        return new Policy(maxRows, maxTokens, maxDelay, queueRows);
    }

    Logs.Format format() {
        return Logs.Format.parse(logFormat);
    }

    int decoders() {
        return decodeThreads == 0 ? Runtime.getRuntime().availableProcessors() : decodeThreads;
    }
}
