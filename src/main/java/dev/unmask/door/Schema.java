package dev.unmask.door;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a value of JSON may be: a JSON Schema (draft 2020-12), as the OpenAPI document tells it. Never changed, only
/// extended into a new one.
public record Schema(Map<String, Object> keywords) {

    /// For options whose largest value nobody would ask for.
    public static final long MANY = Integer.MAX_VALUE;

    public static Schema text(String about) {
        return of("string", about);
    }

    public static Schema flag(String about) {
        return of("boolean", about);
    }

    public static Schema number(String about) {
        return of("number", about);
    }

    public static Schema integer(String about) {
        return of("integer", about);
    }

    public static Schema integer(long least, long most, String about) {
        return integer(about).with("minimum", least).with("maximum", most);
    }

    public static Schema list(Schema item, String about) {
        return of("array", about).with("items", item);
    }

    public static Schema object(String about) {
        return of("object", about);
    }

    /// One of several kinds of value.
    public static Schema any(String about, Schema... kinds) {
        return new Schema(Map.of()).with("description", about).with("anyOf", List.of(kinds));
    }

    /// A schema of the document's own list.
    public static Schema named(String name) {
        return new Schema(Map.of("$ref", "#/components/schemas/" + name));
    }

    /// The same with a keyword more.
    public Schema with(String keyword, Object value) {
        Map<String, Object> more = new LinkedHashMap<>(keywords);
        more.put(keyword, plain(value));
        return new Schema(more);
    }

    /// The same, or null.
    public Schema orNull() {
        return with("type", List.of(keywords.getOrDefault("type", "object"), "null"));
    }

    /// An object with a member more, which is always there.
    public Schema has(String member, Schema schema) {
        List<Object> required = new ArrayList<>((List<?>) keywords.getOrDefault("required", List.of()));
        required.add(member);
        return mayHave(member, schema).with("required", required);
    }

    /// An object with a member more, which may be absent.
    public Schema mayHave(String member, Schema schema) {
        Map<Object, Object> members = new LinkedHashMap<>((Map<?, ?>) keywords.getOrDefault("properties", Map.of()));
        members.put(member, schema.keywords);
        return with("properties", members);
    }

    /// An object with all members of another too.
    public Schema and(Schema other) {
        Map<Object, Object> members = new LinkedHashMap<>((Map<?, ?>) keywords.getOrDefault("properties", Map.of()));
        members.putAll((Map<?, ?>) other.keywords.getOrDefault("properties", Map.of()));
        List<Object> required = new ArrayList<>((List<?>) keywords.getOrDefault("required", List.of()));
        required.addAll((List<?>) other.keywords.getOrDefault("required", List.of()));
        return with("properties", members).with("required", required);
    }

    private static Schema of(String type, String about) {
        return new Schema(Map.of()).with("type", type).with("description", about);
    }

    /// Maps and lists all the way down.
    private static Object plain(Object value) {
        return switch (value) {
            case Schema schema -> schema.keywords;
            case List<?> list -> list.stream().map(Schema::plain).toList();
            default -> value;
        };
    }
}
