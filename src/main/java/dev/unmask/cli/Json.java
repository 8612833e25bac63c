package dev.unmask.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;

/// What programs read from standard output.
final class Json {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private Json() {}

    /// One value on one line.
    static void printLine(Object value) {
        print(MAPPER.writer(), value);
    }

    /// One value, indented.
    static void printPretty(Object value) {
        print(MAPPER.writer(SerializationFeature.INDENT_OUTPUT), value);
    }

    private static void print(com.fasterxml.jackson.databind.ObjectWriter writer, Object value) {
        try {
            System.out.println(writer.writeValueAsString(value));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
