package dev.unmask.web;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.unmask.UnmaskException;
import io.micronaut.http.HttpParameters;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.MediaType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/// What a request asks for, whether it came as the bytes of a picture with a query, or as JSON.
///
/// @param images encoded pictures, at least one
/// @param several whether the answer is a list, because the pictures came as one
record Asked(List<byte[]> images, boolean several, Options options) {

    private static final int MAX_IMAGES = 64;
    private static final int MAX_DEPTH = 16;
    /// Which tools put into base64.
    private static final Pattern LINE_ENDS = Pattern.compile("[\\r\\n]+");

    private static final Set<String> IMAGES = Set.of("image", "images");
    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .maxStringLength(Integer.MAX_VALUE) // no longer than the body, which is bounded
                            .build())
                    .build())
            .build();

    /// What every route knows.
    private static final Set<String> COMMON = Set.of("model", "preset", "exif", "timeout_ms");

    /// Reads a request whose options must be those of every route or among `own`.
    static Asked of(HttpRequest<?> request, byte[] body, Set<String> own) {
        Set<String> known = new HashSet<>(COMMON);
        known.addAll(own);
        Map<String, String> options = new LinkedHashMap<>();
        HttpParameters query = request.getParameters();
        query.names().forEach(name -> options.put(name, only(name, query.getAll(name))));
        boolean json = request.getContentType()
                .filter(type -> type.matches(MediaType.APPLICATION_JSON_TYPE))
                .isPresent();
        if (!json) {
            return new Asked(List.of(body), false, new Options(options, known));
        }
        JsonNode tree = parse(body);
        tree.properties().stream()
                .filter(member -> !IMAGES.contains(member.getKey()))
                .forEach(member -> options.put(member.getKey(), text(member.getValue())));
        boolean several = tree.has("images");
        if (several == tree.has("image")) {
            throw UnmaskException.invalid(
                    "the body has " + (several ? "both" : "neither") + " of \"image\" and \"images\"");
        }
        List<byte[]> images = several ? images(tree.path("images")) : List.of(image(tree.path("image")));
        return new Asked(images, several, new Options(options, known));
    }

    private static String only(String name, List<String> values) {
        if (values.size() > 1) {
            throw UnmaskException.invalid("option " + name + " is given " + values.size() + " times");
        }
        return values.getFirst();
    }

    private static JsonNode parse(byte[] body) {
        try {
            JsonNode tree = JSON.readTree(body);
            if (tree == null || !tree.isObject()) {
                throw UnmaskException.invalid("the body is not a JSON object");
            }
            return tree;
        } catch (JsonProcessingException e) {
            throw UnmaskException.invalid("the body is not JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new IllegalStateException("reading from memory failed", e);
        }
    }

    /// Counted before any is decoded.
    private static List<byte[]> images(JsonNode array) {
        if (!array.isArray()) {
            throw UnmaskException.invalid("\"images\" is not an array");
        }
        if (array.isEmpty() || array.size() > MAX_IMAGES) {
            throw UnmaskException.invalid(array.size() + " images in one request; it takes 1 to " + MAX_IMAGES);
        }
        List<byte[]> images = new ArrayList<>();
        array.forEach(image -> images.add(image(image)));
        return images;
    }

    /// Base64, or a data URI of it. Other addresses are never fetched.
    private static byte[] image(JsonNode image) {
        if (!image.isTextual()) {
            throw UnmaskException.invalid("the image is not a string of base64");
        }
        String text = image.textValue();
        if (text.startsWith("data:")) {
            int comma = text.indexOf(',');
            if (comma < 0 || !text.substring(0, comma).endsWith(";base64")) {
                throw UnmaskException.invalid("a data URI must hold base64: data:image/jpeg;base64,...");
            }
            text = text.substring(comma + 1);
        } else if (text.startsWith("http:") || text.startsWith("https:")) {
            throw UnmaskException.invalid("images are not fetched from addresses; send base64 or a data URI");
        }
        try {
            return Base64.getDecoder().decode(LINE_ENDS.matcher(text).replaceAll(""));
        } catch (IllegalArgumentException e) {
            throw UnmaskException.invalid("the image is not base64: " + e.getMessage());
        }
    }

    /// An option of a list, such as a mask or boxes, as the query would write it.
    private static String text(JsonNode value) {
        if (value.isObject()) {
            throw UnmaskException.invalid("options are texts, numbers, flags or lists, no objects");
        }
        if (!value.isArray()) {
            return value.asText();
        }
        boolean nested = value.path(0).isArray() || value.path(0).isTextual();
        List<String> parts = new ArrayList<>();
        value.forEach(part -> parts.add(text(part)));
        return String.join(nested ? ";" : ",", parts);
    }
}
