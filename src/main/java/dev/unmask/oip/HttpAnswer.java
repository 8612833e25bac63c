package dev.unmask.oip;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;

/// The answer to a request for inference as a body of HTTP: JSON, and behind it the tensors that the caller wants in
/// binary.
final class HttpAnswer {

    private static final JsonFactory JSON = new JsonFactory();

    private final byte[] bytes;
    private final int jsonLength;

    private HttpAnswer(byte[] bytes, int jsonLength) {
        this.bytes = bytes;
        this.jsonLength = jsonLength;
    }

    byte[] bytes() {
        return bytes;
    }

    /// How many of the bytes are JSON; all of them where nothing is binary.
    int jsonLength() {
        return jsonLength;
    }

    boolean hasBinary() {
        return jsonLength < bytes.length;
    }

    static HttpAnswer of(InferResponse response, HttpBody asked) {
        List<InferOutput> binary = response.outputs().stream()
                .filter(output -> asked.isBinary(output.name()))
                .toList();
        byte[] json = json(response, asked);
        int size = json.length
                + binary.stream().mapToInt(output -> output.data().remaining()).sum();
        ByteBuffer all = ByteBuffer.allocate(size).put(json);
        binary.forEach(output -> all.put(output.data().duplicate()));
        return new HttpAnswer(all.array(), json.length);
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
