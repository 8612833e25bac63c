package dev.unmask.oip;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The answer to a request for inference as a body of HTTP: JSON, and behind it the tensors that the caller wants in
/// binary.
final class HttpAnswer {

    private static final JsonFactory JSON = new JsonFactory();

    private final List<ByteBuffer> parts;
    private final int jsonLength;

    private HttpAnswer(List<ByteBuffer> parts, int jsonLength) {
        this.parts = parts;
        this.jsonLength = jsonLength;
    }

    static HttpAnswer of(InferResponse response, HttpBody asked) {
        byte[] json = json(response, asked);
        List<ByteBuffer> parts = new ArrayList<>();
        parts.add(ByteBuffer.wrap(json));
        response.outputs().stream()
                .filter(output -> asked.isBinary(output.name()))
                .forEach(output -> parts.add(output.data()));
        return new HttpAnswer(parts, json.length);
    }

    boolean hasBinary() {
        return parts.size() > 1;
    }

    /// How many bytes are JSON.
    int jsonLength() {
        return jsonLength;
    }

    /// The body, which shares the memory of the tensors.
    ByteBuf body() {
        return Unpooled.wrappedBuffer(parts.toArray(ByteBuffer[]::new));
    }

    private static byte[] json(InferResponse response, HttpBody asked) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeStringField("model_name", response.model());
            json.writeStringField("model_version", response.version());
            if (!response.id().isEmpty()) {
                json.writeStringField("id", response.id());
            }
            if (!response.parameters().isEmpty()) {
                json.writeObjectFieldStart("parameters");
                for (Map.Entry<String, Object> parameter : response.parameters().entrySet()) {
                    json.writeObjectField(parameter.getKey(), parameter.getValue());
                }
                json.writeEndObject();
            }
            json.writeArrayFieldStart("outputs");
            for (InferOutput output : response.outputs()) {
                write(output, asked.isBinary(output.name()), json);
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory failed", e);
        }
        return bytes.toByteArray();
    }

    /// Only binary outputs have parameters: the C++ client takes any for a sign of binary data.
    private static void write(InferOutput output, boolean binary, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", output.name());
        json.writeStringField("datatype", output.datatype().name());
        json.writeArrayFieldStart("shape");
        for (long side : output.shape()) {
            json.writeNumber(side);
        }
        json.writeEndArray();
        if (binary) {
            json.writeObjectFieldStart("parameters");
            json.writeNumberField("binary_data_size", output.data().remaining());
            json.writeEndObject();
        } else {
            json.writeFieldName("data");
            JsonTensor.write(output, json);
        }
        json.writeEndObject();
    }
}
