package dev.unmask.oip;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import dev.unmask.UnmaskException;
import dev.unmask.oip.InferRequest.Wanted;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A request for inference as a body of HTTP has it: JSON, and behind it the tensors of which JSON says that they are
/// binary ("Binary Tensor Data Extension").
///
/// @param binary for each wanted output whether it is answered in binary; by default as `binaryByDefault` says
record HttpBody(
        String id,
        Map<String, Object> parameters,
        List<InferInput> inputs,
        List<Wanted> outputs,
        Map<String, Boolean> binary,
        boolean binaryByDefault) {

    private static final int MAX_DEPTH = 16;
    private static final String BINARY_SIZE = "binary_data_size";
    private static final String BINARY = "binary_data";
    private static final String BINARY_BY_DEFAULT = "binary_data_output";

    private static final int NOWHERE = -1;

    private static final JsonFactory JSON = new JsonFactoryBuilder()
            .disable(JsonFactory.Feature.CHARSET_DETECTION) // it is UTF-8
            .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
            .configure(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS, true) // as Triton does
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(Integer.MAX_VALUE) // no longer than the body, which is bounded
                    .build())
            .build();

    /// Whether an output is answered in binary.
    boolean isBinary(String output) {
        return binary.getOrDefault(output, binaryByDefault);
    }

    InferRequest request(String model, String version) {
        return new InferRequest(model, version, id, parameters, inputs, outputs);
    }

    /// Reads a body whose first `length` bytes are JSON.
    static HttpBody read(byte[] body, int length) {
        if (length < 0 || length > body.length) {
            throw UnmaskException.invalid("inference-header-content-length is " + length + ", not in 0.." + body.length
                    + ", the bytes of the body");
        }
        try (JsonParser json = JSON.createParser(body, 0, length)) {
            return new Reader(body, json, ByteBuffer.wrap(body, length, body.length - length)).read();
        } catch (JsonProcessingException e) {
            throw UnmaskException.invalid("the JSON of the body: " + plain(e.getOriginalMessage()));
        } catch (IOException e) {
            throw new IllegalStateException("reading from memory failed", e);
        }
    }

    /// A message of the parser without what it says of its own settings.
    private static String plain(String message) {
        return message.replaceAll("\\[Source: [^;]*; (.*?)]", "$1");
    }

    /// Reads a body that is nothing but the one tensor that a model needs; of BYTES, its one element.
    static HttpBody raw(byte[] body, TensorSpec input) {
        List<Long> shape = new ArrayList<>(input.shape());
        shape.set(0, 1L);
        ByteBuffer data = ByteBuffer.wrap(body);
        if (input.datatype() == Datatype.BYTES) {
            data = InferOutput.of(input.name(), shape, List.of(body)).data();
        } else if (shape.contains(TensorSpec.FREE)) {
            throw UnmaskException.invalid("input '" + input.name() + "' of shape " + input.shape()
                    + " cannot come alone, as its shape would not be known");
        }
        return new HttpBody(
                "",
                Map.of(),
                List.of(new InferInput(input.name(), input.datatype(), shape, data)),
                List.of(),
                Map.of(),
                true);
    }

    /// What is known of an input before its data are read.
    private static final class Given {
        private @Nullable String name;
        private @Nullable Datatype datatype;
        private @Nullable List<Long> shape;
        private int data = NOWHERE; // in the body, where they come before their datatype
        private @Nullable ByteBuffer values;
        private Map<String, Object> parameters = Map.of();
    }

    private static final class Reader {

        private final byte[] body;
        private final JsonParser json;
        private final ByteBuffer binary;
        private String id = "";
        private Map<String, Object> parameters = Map.of();
        private final List<InferInput> inputs = new ArrayList<>();
        private final List<Wanted> outputs = new ArrayList<>();
        private final Map<String, Boolean> binaryOutputs = new HashMap<>();

        Reader(byte[] body, JsonParser json, ByteBuffer binary) {
            this.body = body;
            this.json = json;
            this.binary = binary;
        }

        HttpBody read() throws IOException {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw UnmaskException.invalid("the body is not a JSON object");
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String member = json.currentName();
                json.nextToken();
                switch (member) {
                    case "id" -> id = text("id");
                    case "parameters" -> parameters = parameters();
                    case "inputs" -> each("inputs", this::input);
                    case "outputs" -> each("outputs", this::output);
                    default -> json.skipChildren();
                }
            }
            if (json.nextToken() != null) {
                throw UnmaskException.invalid("the body has more than one JSON object");
            }
            if (binary.hasRemaining()) {
                throw UnmaskException.invalid(binary.remaining() + " bytes follow the JSON and belong to no input; "
                        + BINARY_SIZE + " says which do");
            }
            Object byDefault = parameters.getOrDefault(BINARY_BY_DEFAULT, false);
            return new HttpBody(id, parameters, inputs, outputs, binaryOutputs, flag(BINARY_BY_DEFAULT, byDefault));
        }

        private interface Item {
            void read() throws IOException;
        }

        private void each(String what, Item item) throws IOException {
            if (json.currentToken() != JsonToken.START_ARRAY) {
                throw UnmaskException.invalid("\"" + what + "\" is not an array");
            }
            while (json.nextToken() != JsonToken.END_ARRAY) {
                if (json.currentToken() != JsonToken.START_OBJECT) {
                    throw UnmaskException.invalid("an item of \"" + what + "\" is not an object");
                }
                item.read();
            }
        }

        private void input() throws IOException {
            Given given = new Given();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String member = json.currentName();
                json.nextToken();
                switch (member) {
                    case "name" -> given.name = text("name");
                    case "datatype" -> given.datatype = Datatype.parse(text("datatype"));
                    case "shape" -> given.shape = shape();
                    case "parameters" -> given.parameters = parameters();
                    case "data" -> data(given);
                    default -> json.skipChildren();
                }
            }
            inputs.add(input(given));
        }

        private void data(Given given) throws IOException {
            if (given.datatype != null) {
                given.values = JsonTensor.read(json, given.datatype);
            } else {
                given.data = (int) json.currentTokenLocation().getByteOffset();
                json.skipChildren();
            }
        }

        private InferInput input(Given given) throws IOException {
            String name = needed("name", given.name);
            Datatype datatype = needed("datatype", given.datatype);
            List<Long> shape = needed("shape", given.shape);
            Unsupported.refuseSharedMemory("input", name, given.parameters.keySet());
            Object size = given.parameters.get(BINARY_SIZE);
            ByteBuffer values = given.values;
            if (given.data != NOWHERE) {
                try (JsonParser again = JSON.createParser(body, given.data, body.length - given.data)) {
                    again.nextToken();
                    values = JsonTensor.read(again, datatype);
                }
            }
            if ((size == null) == (values == null)) {
                throw UnmaskException.invalid("input '" + name + "' has " + (size == null ? "no" : "two")
                        + " data: \"data\" or " + BINARY_SIZE + " give them");
            }
            return new InferInput(
                    name, datatype, shape, values != null ? values : take(name, needed(BINARY_SIZE, size)));
        }

        private ByteBuffer take(String name, Object size) {
            if (!(size instanceof Long bytes) || bytes < 0 || bytes > binary.remaining()) {
                throw UnmaskException.invalid("input '" + name + "' has " + BINARY_SIZE + " " + size + "; "
                        + binary.remaining() + " bytes are left behind the JSON");
            }
            ByteBuffer taken = binary.slice(binary.position(), bytes.intValue());
            binary.position(binary.position() + bytes.intValue());
            return taken;
        }

        private void output() throws IOException {
            String name = null;
            Map<String, Object> own = Map.of();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String member = json.currentName();
                json.nextToken();
                switch (member) {
                    case "name" -> name = text("name");
                    case "parameters" -> own = parameters();
                    default -> json.skipChildren();
                }
            }
            String wanted = needed("name", name);
            outputs.add(Wanted.of(wanted, own));
            if (own.containsKey(BINARY)) {
                binaryOutputs.put(wanted, flag(BINARY, own.get(BINARY)));
            }
        }

        private Map<String, Object> parameters() throws IOException {
            if (json.currentToken() != JsonToken.START_OBJECT) {
                throw UnmaskException.invalid("\"parameters\" is not an object");
            }
            Map<String, Object> read = new HashMap<>();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                read.put(name, parameter(name, json.nextToken()));
            }
            return read;
        }

        private Object parameter(String name, JsonToken token) throws IOException {
            return switch (token) {
                case VALUE_STRING -> json.getText();
                case VALUE_NUMBER_INT -> json.getLongValue();
                case VALUE_NUMBER_FLOAT -> json.getDoubleValue();
                case VALUE_TRUE -> true;
                case VALUE_FALSE -> false;
                default ->
                    throw UnmaskException.invalid("parameter '" + name + "' is not a string, a number or a flag");
            };
        }

        private List<Long> shape() throws IOException {
            if (json.currentToken() != JsonToken.START_ARRAY) {
                throw UnmaskException.invalid("\"shape\" is not an array");
            }
            List<Long> shape = new ArrayList<>();
            while (json.nextToken() != JsonToken.END_ARRAY) {
                if (json.currentToken() != JsonToken.VALUE_NUMBER_INT || shape.size() == MAX_DEPTH) {
                    throw UnmaskException.invalid("\"shape\" is not an array of up to " + MAX_DEPTH + " whole numbers");
                }
                shape.add(json.getLongValue());
            }
            return shape;
        }

        private String text(String member) throws IOException {
            if (json.currentToken() != JsonToken.VALUE_STRING) {
                throw UnmaskException.invalid("\"" + member + "\" is not a string");
            }
            return json.getText();
        }

        private static boolean flag(String name, @Nullable Object value) {
            if (!(value instanceof Boolean flag)) {
                throw UnmaskException.invalid("parameter '" + name + "' is " + value + ", not true or false");
            }
            return flag;
        }

        private static <T> T needed(String member, @Nullable T value) {
            if (value == null) {
                throw UnmaskException.invalid("an input or output has no \"" + member + "\"");
            }
            return value;
        }
    }
}
