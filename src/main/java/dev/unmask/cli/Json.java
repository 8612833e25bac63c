package dev.unmask.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.PrintWriter;

/// What programs read from standard output.
public final class Json {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private Json() {}

    /// One value on one line.
    static void printLine(PrintWriter out, Object value) {
        print(out, MAPPER.writer(), value);
    }

    /// One value, indented.
    public static void printPretty(PrintWriter out, Object value) {
        print(out, MAPPER.writer(SerializationFeature.INDENT_OUTPUT), value);
    }

    private static void print(PrintWriter out, ObjectWriter writer, Object value) {
        try {
            out.println(writer.writeValueAsString(value));
            out.flush();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
