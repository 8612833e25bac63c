package dev.unmask.oip;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.unmask.Fault;
import dev.unmask.door.Problems;
import dev.unmask.oip.InferRequest.Wanted;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The protocol over HTTP, with tensors in binary or in JSON.
final class HttpTransport implements Transport {

    private static final String JSON_LENGTH = "inference-header-content-length";
    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .build();

    private final URI server;
    private final boolean binary;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    HttpTransport(URI server, boolean binary) {
        this.server = server;
        this.binary = binary;
    }

    /// A request for inference as it goes over the wire, JSON first.
    static final class Body {

        private final byte[] bytes;
        private final int jsonLength;

        private Body(byte[] bytes, int jsonLength) {
            this.bytes = bytes;
            this.jsonLength = jsonLength;
        }

        byte[] bytes() {
            return bytes;
        }

        int jsonLength() {
            return jsonLength;
        }
    }

    @Override
    public InferResponse infer(InferRequest asked, Map<String, String> headers) {
        Body body = body(asked, binary);
        HttpRequest.Builder request =
                to(path(asked.model(), asked.version(), "/infer")).POST(BodyPublishers.ofByteArray(body.bytes()));
        headers.forEach(request::header);
        if (binary) {
            request.header(JSON_LENGTH, Integer.toString(body.jsonLength()));
        }
        HttpResponse<byte[]> response = send(request);
        return response(
                response.body(),
                response.headers()
                        .firstValue(JSON_LENGTH)
                        .map(Integer::parseInt)
                        .orElse(response.body().length));
    }

    /// What goes over the wire; pictures go into JSON as base64, and come as bytes.
    static Body body(InferRequest asked, boolean binary) {
        ObjectNode json = JSON.createObjectNode();
        json.put("id", asked.id());
        ObjectNode parameters = parameters(asked.parameters());
        ArrayNode inputs = json.putArray("inputs");
        ByteArrayOutputStream tensors = new ByteArrayOutputStream();
        for (InferInput input : asked.inputs()) {
            ObjectNode told = inputs.addObject().put("name", input.name());
            told.put("datatype", input.datatype().name());
            input.shape().forEach(told.putArray("shape")::add);
            if (binary) {
                byte[] bytes = bytes(input.data());
                told.putObject("parameters").put("binary_data_size", bytes.length);
                tensors.writeBytes(bytes);
            } else {
                told.set("data", data(input));
            }
        }
        if (asked.outputs().isEmpty()) {
            parameters.put("binary_data_output", true);
        }
        json.set("parameters", parameters);
        asked.outputs().forEach(wanted -> json.withArray("outputs").add(output(wanted, binary)));
        byte[] text = json.toString().getBytes(StandardCharsets.UTF_8);
        ByteBuffer whole = ByteBuffer.allocate(text.length + tensors.size()).put(text);
        return new Body(whole.put(tensors.toByteArray()).array(), text.length);
    }

    private static ObjectNode output(Wanted wanted, boolean binary) {
        ObjectNode told = JSON.createObjectNode().put("name", wanted.name());
        ObjectNode parameters = told.putObject("parameters");
        if (wanted.classes() != 0) {
            parameters.put("classification", wanted.classes());
        }
        if (binary || wanted.name().equals(Face.PANELS)) {
            parameters.put("binary_data", true);
        }
        return told;
    }

    private static ObjectNode parameters(Map<String, Object> parameters) {
        return JSON.valueToTree(parameters);
    }

    private static ArrayNode data(InferInput input) {
        ArrayNode data = JSON.createArrayNode();
        if (input.datatype() == Datatype.BYTES) {
            input.elements().forEach(each -> data.add(Base64.getEncoder().encodeToString(each)));
            return data;
        }
        ByteBuffer values = input.data().duplicate().order(ByteOrder.LITTLE_ENDIAN);
        while (values.hasRemaining()) {
            switch (input.datatype()) {
                case FP32 -> data.add(values.getFloat());
                case INT64 -> data.add(values.getLong());
                default -> data.add(values.get() & 0xFF);
            }
        }
        return data;
    }

    /// An answer as it came; what is not well-formed fails.
    static InferResponse response(byte[] body, int jsonLength) {
        JsonNode json = tree(Arrays.copyOf(body, jsonLength));
        ByteBuffer tensors = ByteBuffer.wrap(body, jsonLength, body.length - jsonLength);
        List<InferOutput> outputs = new ArrayList<>();
        for (JsonNode output : json.required("outputs")) {
            outputs.add(output(output, tensors));
        }
        if (tensors.hasRemaining()) {
            throw new AssertionError(tensors.remaining() + " bytes are left behind the outputs");
        }
        Map<String, Object> used = new HashMap<>();
        json.path("parameters").properties().forEach(each -> used.put(each.getKey(), value(each.getValue())));
        return new InferResponse(
                json.required("model_name").textValue(),
                json.required("model_version").textValue(),
                json.path("id").asText(),
                used,
                outputs);
    }

    private static InferOutput output(JsonNode output, ByteBuffer tensors) {
        Datatype datatype = Datatype.parse(output.required("datatype").textValue());
        List<Long> shape = new ArrayList<>();
        output.required("shape").forEach(side -> shape.add(side.longValue()));
        ByteBuffer data;
        if (output.has("parameters")) {
            byte[] bytes = new byte
                    [output.path("parameters").required("binary_data_size").intValue()];
            tensors.get(bytes);
            data = ByteBuffer.wrap(bytes);
        } else {
            data = data(datatype, output.required("data"));
        }
        String name = output.required("name").textValue();
        return new InferOutput(name, datatype, shape, new InferInput(name, datatype, shape, data).data());
    }

    private static ByteBuffer data(Datatype datatype, JsonNode values) {
        ByteBuffer data = ByteBuffer.allocate(values.toString().length() * Long.BYTES + Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
        for (JsonNode value : values) {
            switch (datatype) {
                case FP32 -> data.putFloat(value.floatValue());
                case INT64 -> data.putLong(value.longValue());
                case UINT8 -> data.put((byte) value.intValue());
                case BYTES -> {
                    byte[] text = value.textValue().getBytes(StandardCharsets.UTF_8);
                    data.putInt(text.length).put(text);
                }
                default -> throw new AssertionError(datatype);
            }
        }
        return data.flip();
    }

    private static Object value(JsonNode value) {
        return switch (value.getNodeType()) {
            case BOOLEAN -> value.booleanValue();
            case STRING -> value.textValue();
            default -> value.isIntegralNumber() ? (Object) value.longValue() : (Object) value.doubleValue();
        };
    }

    @Override
    public ServerMetadata server() {
        return get("/v2", ServerMetadata.class);
    }

    @Override
    public ModelMetadata metadata(String model, String version) {
        return get(path(model, version, ""), ModelMetadata.class);
    }

    @Override
    public ModelConfig config(String model, String version) {
        return get(path(model, version, "/config"), ModelConfig.class);
    }

    @Override
    public List<ModelStatistics> statistics(String model, String version) {
        String path = model.isEmpty() ? "/v2/models/stats" : path(model, version, "/stats");
        return list(tree(send(to(path)).body()).required("model_stats"), ModelStatistics[].class);
    }

    @Override
    public List<IndexEntry> index(boolean readyOnly) {
        HttpRequest.Builder request = to("/v2/repository/index")
                .POST(readyOnly ? BodyPublishers.ofString("{\"ready\": true}") : BodyPublishers.noBody());
        return list(tree(send(request).body()), IndexEntry[].class);
    }

    @Override
    public boolean isLive() {
        return is("/v2/health/live");
    }

    @Override
    public boolean isReady() {
        return is("/v2/health/ready");
    }

    @Override
    public boolean isReady(String model, String version) {
        return is(path(model, version, "/ready"));
    }

    @Override
    public void load(String model, Map<String, Object> parameters) {
        String body = JSON.createObjectNode()
                .set("parameters", parameters(parameters))
                .toString();
        send(to("/v2/repository/models/" + encoded(model) + "/load")
                .POST(parameters.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body)));
    }

    @Override
    public void unload(String model) {
        send(to("/v2/repository/models/" + encoded(model) + "/unload")
                .POST(BodyPublishers.ofString("{\"parameters\":{\"unload_dependents\":false}}")));
    }

    @Override
    public String status(Fault fault) {
        int status = Problems.status(fault).getCode();
        return Integer.toString(fault == Fault.UNSUPPORTED ? 400 : status);
    }

    @Override
    public void close() {
        client.close();
    }

    @Override
    public String toString() {
        return binary ? "HTTP, binary" : "HTTP, JSON";
    }

    private static String path(String model, String version, String rest) {
        return "/v2/models/" + encoded(model) + (version.isEmpty() ? "" : "/versions/" + encoded(version)) + rest;
    }

    private static String encoded(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private boolean is(String path) {
        try {
            send(to(path));
            return true;
        } catch (Refused refused) {
            if (refused.status().equals("503")) {
                return false;
            }
            throw refused;
        }
    }

    private <T> T get(String path, Class<T> type) {
        try {
            return JSON.treeToValue(tree(send(to(path)).body()), type);
        } catch (JsonProcessingException e) {
            throw new AssertionError(path, e);
        }
    }

    private HttpRequest.Builder to(String path) {
        return HttpRequest.newBuilder(server.resolve(path));
    }

    private HttpResponse<byte[]> send(HttpRequest.Builder request) {
        try {
            HttpResponse<byte[]> response = client.send(request.build(), BodyHandlers.ofByteArray());
            if (response.statusCode() != 200) {
                throw new Refused(
                        Integer.toString(response.statusCode()),
                        tree(response.body()).path("error").asText());
            }
            return response;
        } catch (IOException e) {
            throw new AssertionError("no answer", e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] bytes(ByteBuffer data) {
        byte[] bytes = new byte[data.remaining()];
        data.duplicate().get(bytes);
        return bytes;
    }

    private static JsonNode tree(byte[] json) {
        try {
            return JSON.readTree(json);
        } catch (IOException e) {
            throw new AssertionError(new String(json, StandardCharsets.UTF_8), e);
        }
    }

    private static <T> List<T> list(JsonNode json, Class<T[]> type) {
        try {
            return List.of(JSON.treeToValue(json, type));
        } catch (JsonProcessingException e) {
            throw new AssertionError(json.toString(), e);
        }
    }
}
