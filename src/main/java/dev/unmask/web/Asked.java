package dev.unmask.web;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.unmask.UnmaskException;
import dev.unmask.door.ImageText;
import dev.unmask.door.Options;
import io.micronaut.http.HttpParameters;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.MediaType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What a request asks for, whether it came as the bytes of a picture with a query, or as JSON.
///
/// @param images encoded pictures, at least one
/// @param several whether the answer is a list, because the pictures came as one
record Asked(List<byte[]> images, boolean several, Options options) {

    static final int MAX_IMAGES = 64;
    private static final int MAX_DEPTH = 16;

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .maxStringLength(Integer.MAX_VALUE) // no longer than the body, which is bounded
                            .build())
                    .build())
            .build();

    /// Reads a request.
    static Asked of(HttpRequest<?> request, byte[] body, Menu menu) {
        Map<String, String> options = new LinkedHashMap<>();
        HttpParameters query = request.getParameters();
        query.names().forEach(name -> options.put(name, only(name, query.getAll(name))));
        if (!isJson(request)) {
            return new Asked(List.of(body), false, new Options(options, menu.options()));
        }
        JsonNode tree = parse(body);
        tree.properties().stream()
                .filter(member ->
                        !member.getKey().equals(menu.one()) && !member.getKey().equals(menu.many()))
                .filter(member -> !member.getValue().isNull())
                .forEach(member -> options.put(member.getKey(), text(member.getValue())));
        JsonNode pictures = pictures(tree, menu);
        return new Asked(images(pictures), pictures.isArray(), new Options(options, menu.options()));
    }

    static boolean isJson(HttpRequest<?> request) {
        return request.getContentType()
                .filter(type -> type.matches(MediaType.APPLICATION_JSON_TYPE))
                .isPresent();
    }

    /// The member that holds the pictures.
    private static JsonNode pictures(JsonNode tree, Menu menu) {
        Set<String> members = new LinkedHashSet<>(List.of(menu.one(), menu.many()));
        List<String> there = members.stream().filter(tree::has).toList();
        if (there.size() != 1) {
            throw UnmaskException.invalid("the body has " + (there.isEmpty() ? "no " : "both ") + "\""
                    + String.join(there.isEmpty() ? "\" or \"" : "\" and \"", members) + "\"");
        }
        return tree.path(there.getFirst());
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

    /// One picture or an array of them, counted before any is decoded.
    private static List<byte[]> images(JsonNode node) {
        if (!node.isArray()) {
            return List.of(image(node));
        }
        if (node.isEmpty() || node.size() > MAX_IMAGES) {
            throw UnmaskException.invalid(node.size() + " images in one request; it takes 1 to " + MAX_IMAGES);
        }
        List<byte[]> images = new ArrayList<>();
        node.forEach(image -> images.add(image(image)));
        return images;
    }

    private static byte[] image(JsonNode image) {
        if (!image.isTextual()) {
            throw UnmaskException.invalid("an image is a string: base64 or a data URI");
        }
        return ImageText.bytes(image.textValue());
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
