package dev.unmask.oip;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.unmask.oip.HttpTransport.Body;
import dev.unmask.oip.proto.GRPCInferenceServiceGrpc;
import dev.unmask.oip.proto.OpenInference.ModelInferResponse;
import dev.unmask.server.Exposition;
import dev.unmask.server.GrpcServer;
import dev.unmask.web.Wired;
import dev.unmask.web.Wired.Reply;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.micronaut.context.ApplicationContext;
import io.micronaut.runtime.server.EmbeddedServer;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Whatever comes over either wire, there is a well-formed answer or a refusal that is the caller's fault; nothing
/// leaks, and the next good request is answered as ever.
@Timeout(120)
class FuzzTest {

    private static final int HTTP_ROUNDS = 1_000;
    private static final int GRPC_ROUNDS = 1_000;
    private static final String MAX_BODY = "33554432";
    private static final String JSON_LENGTH = "inference-header-content-length";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private static final List<InferRequest> SEEDS = seeds();

    private static ResourceLeakDetector.Level level;
    private static EmbeddedServer server;
    private static ManagedChannel channel;
    private static Transport http;
    private static Transport grpc;
    private static Errors errors;

    private List<InferResponse> before = List.of();

    @BeforeAll
    static void start() {
        level = ResourceLeakDetector.getLevel();
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        server = ApplicationContext.run(
                EmbeddedServer.class,
                Map.of(
                        "unmask.models",
                        List.of(Bundles.FOLDER + "visualize"),
                        "unmask.max-rows",
                        2,
                        "unmask.access-log",
                        false,
                        "unmask.bytes-in-flight",
                        MAX_BODY));
        errors = new Errors();
        int port = server.getApplicationContext().getBean(GrpcServer.class).port();
        channel =
                NettyChannelBuilder.forAddress("localhost", port).usePlaintext().build();
        http = new HttpTransport(server.getURI(), true);
        grpc = new GrpcTransport(port, true);
    }

    @AfterAll
    static void stop() {
        channel.shutdownNow();
        http.close();
        grpc.close();
        server.close();
        errors.close();
        ResourceLeakDetector.setLevel(level);
    }

    @BeforeEach
    void remember() {
        errors.forget();
        before = answers();
    }

    @AfterEach
    void theServiceIsAsItWas() throws Exception {
        assertThat(answers()).isEqualTo(before);
        awaitNobodyInFlight();
        try (Wired caller = new Wired(server.getURI())) {
            caller.head(
                            "/v2/repository/index",
                            "application/json",
                            "transfer-encoding: chunked") // counts as the longest there may be
                    .send("2\r\n{}\r\n0\r\n\r\n");
            assertThat(caller.reply().status()).as("bytes in flight").isEqualTo(200);
        }
        assertThat(errors.heard()).isEmpty();
    }

    private static List<InferResponse> answers() {
        return SEEDS.stream()
                .flatMap(seed -> List.of(http.infer(seed), grpc.infer(seed)).stream())
                .toList();
    }

    private static void awaitNobodyInFlight() throws Exception {
        Exposition metrics;
        do {
            try (Wired caller = new Wired(server.getURI())) {
                metrics = Exposition.parse(caller.send("GET /metrics HTTP/1.1\r\nhost: test\r\n\r\n")
                        .reply()
                        .text());
            }
        } while (metrics.sum("unmask_requests_in_flight") != 1); // this one
        assertThat(metrics.sum("unmask_queue_rows")).isZero();
    }

    /// The other claims would hold where nobody looks.
    @Test
    void aBufferThatIsLostIsFound() {
        while (errors.heard().isEmpty()) {
            ByteBufAllocator.DEFAULT.buffer(16).writeByte(1);
        }
        assertThat(errors.heard()).first().asString().startsWith("LEAK: ");
        errors.forget();
    }

    @Test
    void mutatedRequestsOverHttp() throws Exception {
        RandomGenerator random = Sent.random(20_260_301);
        Mutation mutation = new Mutation(random);
        Line line = new Line();
        int answered = 0;
        for (int round = 0; round < HTTP_ROUNDS; round++) {
            InferRequest seed = SEEDS.get(random.nextInt(SEEDS.size()));
            Body body = HttpTransport.body(seed, random.nextBoolean());
            byte[] sent = random.nextInt(8) == 0 ? body.bytes() : mutation.of(body.bytes());
            List<String> headers = header(body, mutation);
            Reply reply = line.post("/v2/models/" + seed.model() + "/infer", sent, headers);
            answered += wellFormed(reply, round + " " + headers) ? 1 : 0;
        }
        line.close();
        assertThat(answered).as("some mutations do no harm").isBetween(1, HTTP_ROUNDS / 2);
    }

    private static List<String> header(Body body, Mutation mutation) {
        RandomGenerator random = mutation.random();
        return switch (random.nextInt(8)) {
            case 0 -> List.of();
            case 1 -> List.of(JSON_LENGTH + ": " + mutation.strange());
            case 2 -> List.of(JSON_LENGTH + ": " + random.nextInt(body.bytes().length + 2));
            default -> List.of(JSON_LENGTH + ": " + body.jsonLength());
        };
    }

    /// Whether it is an answer; what is neither an answer nor a refusal fails.
    private static boolean wellFormed(Reply reply, String what) throws IOException {
        if (reply.status() == 200) {
            String length = reply.header(JSON_LENGTH);
            byte[] bytes = reply.bytes();
            InferResponse response =
                    HttpTransport.response(bytes, length.isEmpty() ? bytes.length : Integer.parseInt(length));
            assertThat(response.outputs()).as(what).isNotEmpty();
            return true;
        }
        assertThat(reply.status()).as("%s: %s", what, reply.text()).isIn(400, 413, 415);
        JsonNode problem = JSON.readTree(reply.bytes());
        assertThat(problem.properties()).as(what).extracting(Map.Entry::getKey).containsExactly("error");
        assertThat(problem.path("error").asText()).as(what).isNotBlank().doesNotContain("dev.unmask", "\tat ");
        return false;
    }

    static List<String> hostile() {
        String input =
                "{\"inputs\": [{\"name\": \"pixels\", \"datatype\": \"FP32\", \"shape\": [%s], \"data\": [%s]}]}";
        return List.of(
                "[".repeat(1_000_000),
                "{\"a\":".repeat(1_000_000),
                "{\"inputs\": " + "[".repeat(1_000_000),
                "{\"parameters\": {" + "\"a%d\": 1, ".repeat(3) + "\"a%d\": 1}}",
                "{\"parameters\": {" + parameters(1_000_000) + "}}",
                "{\"parameters\": {\"" + "a".repeat(1_000_000) + "\": 1}}",
                "{\"id\": \"" + "\\u0000".repeat(1_000_000) + "\", \"inputs\": []}",
                "{\"id\": \"\\ud800\", \"inputs\": []}",
                "{\"id\": \"\u00ff\"}",
                input.formatted("1000000000000000000", "1"),
                input.formatted("1000000000000000000, 1000000000000000000", "1"),
                input.formatted("-1, 3, 32, 32", "1"),
                input.formatted("-9223372036854775808, -1", "1"),
                input.formatted("1, 3, 32, 32", "9".repeat(100_000)),
                input.formatted("1, 3, 32, 32", "1e" + "9".repeat(900)),
                input.formatted("1, 3, 32, 32", "NaN, -Infinity, 1"),
                input.formatted("1", "[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]"),
                "{\"inputs\": [" + "{},".repeat(500_000) + "{}]}",
                "{\"outputs\": [" + "{\"name\": \"cls\"},".repeat(500_000) + "{\"name\": \"cls\"}]}",
                "null",
                "\"inputs\"",
                "{\"inputs\": null}",
                "\u0000\u0000\u0000{");
    }

    private static String parameters(int count) {
        StringBuilder parameters = new StringBuilder("\"x\": 1");
        for (int i = 0; i < count; i++) {
            parameters.append(",\"a").append(i).append("\":1");
        }
        return parameters.toString();
    }

    @Test
    void hostileJsonOverHttp() throws Exception {
        Line line = new Line();
        List<String> hostile = hostile();
        for (int i = 0; i < hostile.size(); i++) {
            byte[] body = hostile.get(i).getBytes(StandardCharsets.ISO_8859_1);
            Reply reply = line.post("/v2/models/visualize/infer", body, List.of());
            assertThat(wellFormed(reply, "hostile " + i)).isFalse();
            Reply load = line.post("/v2/repository/index", body, List.of());
            assertThat(load.status()).as("index " + i).isIn(200, 400);
        }
        line.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 100, 1000})
    void bodiesThatEndTooEarlyEndTheirConnectionOnly(int length) throws Exception {
        Body body = HttpTransport.body(SEEDS.getFirst(), true);
        try (Wired caller = new Wired(server.getURI())) {
            caller.head(
                            "/v2/models/visualize/infer",
                            "application/octet-stream",
                            "content-length: " + body.bytes().length,
                            JSON_LENGTH + ": " + body.jsonLength())
                    .send(Arrays.copyOf(body.bytes(), length))
                    .halfClose();
            assertThat(caller.isClosed()).isTrue();
        }
    }

    @Test
    void mutatedMessagesOverGrpc() {
        RandomGenerator random = Sent.random(20_260_302);
        Mutation mutation = new Mutation(random);
        int answered = 0;
        for (int round = 0; round < GRPC_ROUNDS; round++) {
            InferRequest seed = SEEDS.get(random.nextInt(SEEDS.size()));
            byte[] message = GrpcTransport.message(seed, random.nextBoolean()).toByteArray();
            answered += wellFormed(mutation.of(message), "round " + round) ? 1 : 0;
        }
        assertThat(answered).as("some mutations do no harm").isBetween(1, GRPC_ROUNDS / 2);
    }

    static List<String> messages() {
        return List.of(
                "", // nothing
                "ffffffffffffffffffff", // no tag
                "0a", // cut after a tag
                "0affffffff0f", // a text of 4 GB
                "08ffffffffffffffffff01", // the model's name as a number
                "fa07023131", // a field of later times
                "0a0976697375616c697a65" + "3a00".repeat(100_000), // empty raw contents
                "0a0976697375616c697a65" + "2a00".repeat(100_000), // empty inputs
                "0a0976697375616c697a65" + "3200".repeat(100_000), // empty outputs
                "0a0976697375616c697a65" + "2200".repeat(100_000), // empty parameters
                "2b".repeat(10_000), // groups in groups
                "0a03" + "ffffff", // a name that is no UTF-8
                "0a0976697375616c697a652a14" + "1affffffffffffffffff7f".repeat(1) + "0a0170120446503332");
    }

    @ParameterizedTest
    @MethodSource("messages")
    void hostileMessagesOverGrpc(String hex) {
        assertThat(wellFormed(HexFormat.of().parseHex(hex), hex.substring(0, Math.min(60, hex.length()))))
                .isFalse();
    }

    /// Whether it is answered; what is neither answered nor refused as the caller's fault fails.
    private static boolean wellFormed(byte[] message, String what) {
        try {
            byte[] answer = ClientCalls.blockingUnaryCall(channel, bytes(), CallOptions.DEFAULT, message);
            assertThat(GrpcTransport.response(ModelInferResponse.parseFrom(answer))
                            .outputs())
                    .as(what)
                    .isNotEmpty();
            return true;
        } catch (StatusRuntimeException refusal) {
            assertThat(refusal.getStatus().getCode().name())
                    .as("%s: %s", what, refusal.getStatus())
                    .isIn("INVALID_ARGUMENT", "NOT_FOUND", "UNIMPLEMENTED");
            assertThat(refusal.getStatus().getDescription())
                    .as(what)
                    .isNotBlank()
                    .doesNotContain("dev.unmask");
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(what, e);
        }
    }

    /// ModelInfer, whose messages are any bytes.
    private static MethodDescriptor<byte[], byte[]> bytes() {
        Marshaller<byte[]> marshaller = new Marshaller<>() {
            @Override
            public InputStream stream(byte[] value) {
                return new ByteArrayInputStream(value);
            }

            @Override
            public byte[] parse(InputStream stream) {
                try {
                    return stream.readAllBytes();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        };
        return MethodDescriptor.<byte[], byte[]>newBuilder(marshaller, marshaller)
                .setFullMethodName(
                        GRPCInferenceServiceGrpc.getModelInferMethod().getFullMethodName())
                .setType(MethodType.UNARY)
                .build();
    }

    private static List<InferRequest> seeds() {
        List<InferRequest> seeds = new ArrayList<>();
        for (Face face : Face.values()) {
            seeds.add(Requests.request(
                    face.of("visualize"), Map.of(), Requests.inputs(face, Bundles.card("visualize"), 2)));
        }
        seeds.add(Requests.request(
                "visualize",
                Map.of("ratio", 0.5, "seed", 7L),
                Requests.inputs(Face.TENSORS, Bundles.card("visualize"), 1),
                "cls",
                "mask"));
        return seeds;
    }

    /// A connection that is opened anew where the server closes it.
    private static final class Line {

        private Wired caller = open();

        Reply post(String path, byte[] body, List<String> headers) throws IOException {
            Reply reply = caller.post(path, "application/octet-stream", body, headers.toArray(String[]::new))
                    .reply();
            if (reply.header("connection").equals("close")) {
                caller.close();
                caller = open();
            }
            return reply;
        }

        void close() throws IOException {
            caller.close();
        }

        private static Wired open() {
            try {
                return new Wired(server.getURI());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
