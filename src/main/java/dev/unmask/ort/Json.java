package dev.unmask.ort;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.unmask.UnmaskException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// A JSON value and where it stands, so that a refusal can name what is missing or of the wrong kind.
///
/// Jackson's parser without its data binding, whose start-up costs as much as running the small model.
///
/// @param path such as `graphs.encoder.onnx.sha256`, empty at the top
/// @param value a String, Long, Double, Boolean, List or Map
record Json(String path, Object value) {

    private static final JsonFactory FACTORY = new JsonFactory();

    static Json read(byte[] text, String where) {
        try (JsonParser parser = FACTORY.createParser(text)) {
            parser.nextToken();
            Json json = new Json("", value(parser));
            if (parser.nextToken() != null) {
                throw UnmaskException.invalid(where + " goes on after its JSON value");
            }
            return json;
        } catch (JsonProcessingException e) {
            throw UnmaskException.invalid(where + " is not JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new IllegalStateException("reading from memory failed", e);
        }
    }

    String text() {
        return as(String.class, "a text");
    }

    long integer() {
        return as(Long.class, "an integer");
    }

    double number() {
        return value instanceof Long integer ? integer : as(Double.class, "a number");
    }

    boolean truth() {
        return as(Boolean.class, "true or false");
    }

    Json get(String key) {
        return find(key).orElseThrow(() -> UnmaskException.invalid("it lacks \"" + below(key) + "\""));
    }

    Optional<Json> find(String key) {
        return Optional.ofNullable(as(Map.class, "an object").get(key)).map(member -> new Json(below(key), member));
    }

    <T> List<T> list(Function<Json, T> read) {
        List<T> list = new ArrayList<>();
        for (Object element : as(List.class, "a list")) {
            list.add(read.apply(new Json(path + "[" + list.size() + "]", element)));
        }
        return list;
    }

    <T> Map<String, T> map(Function<Json, T> read) {
        Map<String, T> map = new LinkedHashMap<>();
        for (Object key : as(Map.class, "an object").keySet()) {
            map.put((String) key, read.apply(get((String) key)));
        }
        return map;
    }

    private String below(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    private <T> T as(Class<T> type, String what) {
        if (!type.isInstance(value)) {
            throw UnmaskException.invalid("\"" + path + "\" is not " + what);
        }
        return type.cast(value);
    }

    private static Object value(JsonParser parser) throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> members(parser);
            case START_ARRAY -> elements(parser);
            case VALUE_STRING -> parser.getText();
            case VALUE_NUMBER_INT -> parser.getLongValue();
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case null, default -> throw UnmaskException.invalid("JSON ends or holds null where a value is expected");
        };
    }

    private static Map<String, Object> members(JsonParser parser) throws IOException {
        Map<String, Object> members = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            parser.nextToken();
            members.put(key, value(parser));
        }
        return members;
    }

    private static List<Object> elements(JsonParser parser) throws IOException {
        List<Object> elements = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            elements.add(value(parser));
        }
        return elements;
    }
}
