package dev.unmask.web;

import dev.unmask.Card;
import dev.unmask.Model;
import dev.unmask.UnmaskException;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import java.io.ByteArrayOutputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The form of answer a caller accepts: numbers unless asked otherwise.
enum Accepted {
    JSON,
    PNG,
    RAW;

    /// The first form in the `Accept` header that there is.
    static Accepted of(HttpRequest<?> request) {
        for (MediaType type : request.accept()) {
            if (type.matches(MediaType.APPLICATION_JSON_TYPE)) {
                return JSON;
            }
            if (type.matches(MediaType.IMAGE_PNG_TYPE)) {
                return PNG;
            }
            if (type.matches(MediaType.APPLICATION_OCTET_STREAM_TYPE)) {
                return RAW;
            }
        }
        return JSON;
    }

    boolean png() {
        return this == PNG;
    }

    boolean raw() {
        return this == RAW;
    }

    /// One object for one picture, `results` for several.
    static <T> HttpResponse<?> json(
            Asked asked,
            Model model,
            Timing timing,
            List<T> results,
            Function<T, ? extends Map<String, ? extends @Nullable Object>> facts) {
        Card card = model.card();
        Map<String, @Nullable Object> body = new LinkedHashMap<>();
        body.put("model", card.name());
        body.put("digest", card.digest());
        if (asked.several()) {
            body.put("results", results.stream().map(facts).toList());
        } else {
            body.putAll(facts.apply(results.getFirst()));
        }
        return HttpResponse.ok(body)
                .contentType(MediaType.APPLICATION_JSON_TYPE)
                .header(Timing.HEADER, timing.toString());
    }

    static <T> HttpResponse<?> png(List<T> results, Timing timing, Function<T, byte[]> draw) {
        if (results.size() > 1) {
            throw UnmaskException.invalid(
                    results.size() + " pictures do not fit into one image/png; accept application/json");
        }
        byte[] png = timing.of("encode", () -> draw.apply(results.getFirst()));
        return HttpResponse.ok(png).contentType(MediaType.IMAGE_PNG_TYPE).header(Timing.HEADER, timing.toString());
    }

    /// All results one after the other, little-endian.
    static HttpResponse<?> raw(List<byte[]> results, Timing timing) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        results.forEach(bytes::writeBytes);
        return HttpResponse.ok(bytes.toByteArray())
                .contentType(MediaType.APPLICATION_OCTET_STREAM_TYPE)
                .header(Timing.HEADER, timing.toString());
    }
}
