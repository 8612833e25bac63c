package dev.unmask.oip;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.unmask.batch.Batcher;
import dev.unmask.batch.Listener;
import dev.unmask.batch.Policy;
import dev.unmask.oip.HttpTransport.Body;
import dev.unmask.task.Catalog;
import dev.unmask.web.Connections;
import dev.unmask.web.Held;
import dev.unmask.web.Wired;
import dev.unmask.web.Wired.Reply;
import io.micronaut.context.ApplicationContext;
import io.micronaut.runtime.server.EmbeddedServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Limits, waiting and going away, over HTTP: each refusal has its status and is `{"error": "..."}`.
@Timeout(60)
class LifeTest implements Listener {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String MAX_BODY = "33554432";
    private static final String JSON_LENGTH = "inference-header-content-length: ";

    private static EmbeddedServer server;

    private final LinkedBlockingQueue<Integer> queued = new LinkedBlockingQueue<>();
    private final Held held = new Held();
    private final Batcher batcher = Batcher.start(List.of(held), new Policy(1, 8192, Duration.ZERO, 2), this);

    @BeforeAll
    static void start() {
        server = ApplicationContext.run(
                EmbeddedServer.class,
                Map.of(
                        "unmask.models",
                        List.of(Bundles.FOLDER + "encoder"),
                        "unmask.model-folder",
                        Bundles.FOLDER,
                        "unmask.model-control",
                        true,
                        "unmask.max-rows",
                        1,
                        "unmask.bytes-in-flight",
                        MAX_BODY));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void serveTheBusyModel() {
        catalog().put(batcher);
    }

    @AfterEach
    void letItGo() {
        held.release(1000);
        catalog().remove(Held.NAME);
        batcher.close();
    }

    private static Catalog catalog() {
        return server.getApplicationContext().getBean(Catalog.class);
    }

    @Override
    public void queued(int rows, int depth) {
        queued.add(depth);
    }

    @Test
    void aFullQueueRefusesAtOnceAndSaysWhenToComeAgain() throws Exception {
        try (Wired first = busy();
                Wired second = waiting(Map.of());
                Wired third = waiting(Map.of());
                Wired fourth = ask(Map.of())) {
            Reply refusal = refused(fourth, 429, "queue is full at 2 rows: 2 wait and 1 more came");
            assertThat(Integer.parseInt(refusal.header("retry-after"))).isPositive();
            held.release(3);
            for (Wired caller : List.of(first, second, third)) {
                assertThat(caller.reply().status()).isEqualTo(200);
            }
        }
        try (Wired caller = new Wired(server.getURI())) {
            JsonNode told = JSON.readTree(caller.send("GET /v2/models/held_image/stats HTTP/1.1\r\nhost: x\r\n\r\n")
                    .reply()
                    .bytes());
            assertThat(told.at("/model_stats/0/inference_stats/fail/count").asInt())
                    .as("who was turned away at the door is counted")
                    .isPositive();
        }
    }

    @Test
    void theUrgentAreServedFirst() throws Exception {
        try (Wired first = busy();
                Wired patient = waiting(Map.of("priority", 3L));
                Wired urgent = waiting(Map.of("priority", 1L))) {
            held.release(2);
            assertThat(first.reply().status()).isEqualTo(200);
            assertThat(urgent.reply().status()).isEqualTo(200);
            assertThat(held.rows()).as("the patient one runs now").isBetween(2, 3);
            held.release(1);
            assertThat(patient.reply().status()).isEqualTo(200);
        }
    }

    @Test
    void aRequestWhoseTimeIsOverIsRefused() throws Exception {
        try (Wired first = busy();
                Wired second = ask(Map.of("timeout", 1L))) {
            refused(second, 504, "deadline passed before the work began");
            held.release(1);
            assertThat(first.reply().status()).isEqualTo(200);
        }
        assertThat(held.rows()).isEqualTo(1);
    }

    @Test
    void aRequestWhoseTimePassesWhileItWaitsIsRefused() throws Exception {
        try (Wired first = busy();
                Wired second = waiting(Map.of("timeout", 300_000L))) {
            refused(second, 504, "deadline passed");
            held.release(1);
            assertThat(first.reply().status()).isEqualTo(200);
        }
        assertThat(held.rows()).isEqualTo(1);
    }

    @Test
    void whoHangsUpWhileWaitingCostsNoRun() throws Exception {
        try (Wired first = busy()) {
            Wired second = waiting(Map.of());
            second.reset();
            server.getApplicationContext().getBean(Connections.class).awaitEnd(second);
            held.release(1);
            assertThat(first.reply().status()).isEqualTo(200);
            try (Wired third = waiting(Map.of())) {
                held.release(1);
                assertThat(third.reply().status()).isEqualTo(200);
            }
        }
        assertThat(held.rows()).isEqualTo(2);
    }

    @Test
    void aModelThatDrainsIsUnavailable() throws Exception {
        batcher.drain(Duration.ZERO);
        try (Wired caller = ask(Map.of())) {
            refused(caller, 503, "the service is draining");
        }
    }

    @Test
    void aTooLongBodyIsRefusedByItsLength() throws Exception {
        try (Wired caller = new Wired(server.getURI())) {
            caller.head("/v2/models/encoder/infer", "application/json", "content-length: 33554433");
            refused(caller, 413, "the body has 33554433 bytes; it may have 33554432");
            assertThat(caller.isClosed()).isTrue();
        }
    }

    @Test
    void aTooLongBodyWithoutALengthIsRefused() throws Exception {
        byte[] chunk = ("100000\r\n" + " ".repeat(1 << 20) + "\r\n").getBytes(StandardCharsets.US_ASCII);
        try (Wired caller = new Wired(server.getURI())) {
            caller.head("/v2/models/encoder/infer", "application/json", "transfer-encoding: chunked");
            for (int sent = 0; sent < 33; sent++) {
                caller.send(chunk);
            }
            refused(caller, 413, "");
        }
    }

    @Test
    void bodiesThatComeInAtATimeAreBounded() throws Exception {
        try (Wired first = new Wired(server.getURI());
                Wired second = new Wired(server.getURI())) {
            first.head(
                    "/v2/models/encoder/infer",
                    "application/json",
                    "transfer-encoding: chunked",
                    "expect: 100-continue");
            assertThat(first.next().status()).isEqualTo(100); // so it was let in
            second.post("/v2/models/encoder/infer", "application/json", new byte[10]);
            Reply refusal = refused(second, 429, "bodies of 33554432 bytes are in work; with 10 more they exceed");
            assertThat(refusal.header("retry-after")).isEqualTo("1");
        }
    }

    @Test
    void packedBodiesAreReadAndAnsweredSo() throws Exception {
        Body body = HttpTransport.body(request("encoder_image", Map.of()), true);
        ByteArrayOutputStream gzip = new ByteArrayOutputStream();
        ByteArrayOutputStream deflate = new ByteArrayOutputStream();
        pack(new GZIPOutputStream(gzip), body.bytes());
        pack(new DeflaterOutputStream(deflate), body.bytes());
        InferResponse plain = answer(body.bytes(), body, "identity", "identity");
        assertThat(answer(gzip.toByteArray(), body, "gzip", "identity")).isEqualTo(plain);
        assertThat(answer(deflate.toByteArray(), body, "deflate", "gzip")).isEqualTo(plain);
    }

    @Test
    void whatUnpacksToTooMuchIsRefused() throws Exception {
        ByteArrayOutputStream gzip = new ByteArrayOutputStream();
        pack(new GZIPOutputStream(gzip), new byte[40 << 20]);
        try (Wired caller = new Wired(server.getURI())) {
            caller.post("/v2/models/encoder/infer", "application/json", gzip.toByteArray(), "content-encoding: gzip");
            refused(caller, 413, "the body has more than 33554432 bytes, unpacked");
            caller.post("/v2/models/encoder/infer", "application/json", new byte[] {1, 2}, "content-encoding: gzip");
            refused(caller, 400, "the body is ");
            caller.post("/v2/models/encoder/infer", "application/json", new byte[] {1, 2}, "content-encoding: br");
            refused(caller, 415, "content-encoding 'br' is not one of gzip, deflate, identity");
        }
    }

    @Test
    void whatThereIsNotIsRefusedInTheSameWay() throws Exception {
        try (Wired caller = new Wired(server.getURI())) {
            refused(caller.send("GET /v2/nosuch HTTP/1.1\r\nhost: x\r\n\r\n"), 404, "there is no route GET /v2/nosuch");
            refused(caller.send("GET /v2/models/encoder/infer HTTP/1.1\r\nhost: x\r\n\r\n"), 405, "");
            refused(
                    caller.post("/v2/systemsharedmemory/status", "text/plain", new byte[0]),
                    400,
                    "shared memory is not");
            refused(
                    caller.send("GET /v2/cudasharedmemory/region/r/status HTTP/1.1\r\nhost: x\r\n\r\n"),
                    400,
                    "shared memory");
            refused(caller.send("GET /v2/trace/setting HTTP/1.1\r\nhost: x\r\n\r\n"), 400, "trace settings are not");
            refused(caller.post("/v2/logging", "text/plain", new byte[0]), 400, "log settings are not supported");
        }
    }

    @Test
    void noRequestFailsWhileItsModelIsReplaced() throws Exception {
        AtomicBoolean replacing = new AtomicBoolean(true);
        Set<String> outcomes = Collections.synchronizedSet(new TreeSet<>());
        List<Thread> callers = IntStream.range(0, 3)
                .mapToObj(_ -> Thread.startVirtualThread(() -> {
                    try (Transport transport = new HttpTransport(server.getURI(), true)) {
                        while (replacing.get()) {
                            outcomes.add(transport
                                    .infer(request("encoder_image", Map.of()))
                                    .model());
                        }
                    } catch (RuntimeException | Error e) {
                        outcomes.add(e.toString());
                    }
                }))
                .toList();
        try (Transport operator = new HttpTransport(server.getURI(), true)) {
            for (int i = 0; i < 5; i++) {
                operator.load("encoder", Map.of());
            }
        }
        replacing.set(false);
        for (Thread caller : callers) {
            caller.join();
        }
        assertThat(outcomes).containsExactly("encoder_image");
    }

    private static void pack(OutputStream packing, byte[] plain) throws IOException {
        try (packing) {
            packing.write(plain);
        }
    }

    private static InferResponse answer(byte[] sent, Body body, String coding, String accepted) throws IOException {
        try (Wired caller = new Wired(server.getURI())) {
            Reply reply = caller.post(
                            "/v2/models/encoder_image/infer",
                            "application/octet-stream",
                            sent,
                            "content-encoding: " + coding,
                            "accept-encoding: " + accepted,
                            JSON_LENGTH + body.jsonLength())
                    .reply();
            assertThat(reply.status()).as(reply.text()).isEqualTo(200);
            assertThat(reply.header("content-encoding")).isEqualTo(accepted.equals("identity") ? "" : accepted);
            byte[] bytes = accepted.equals("gzip")
                    ? new GZIPInputStream(new ByteArrayInputStream(reply.bytes())).readAllBytes()
                    : reply.bytes();
            return HttpTransport.response(bytes, Integer.parseInt(reply.header("inference-header-content-length")));
        }
    }

    private static Reply refused(Wired caller, int status, String message) throws IOException {
        Reply reply = caller.reply();
        assertThat(reply.status()).as(reply.text()).isEqualTo(status);
        assertThat(reply.header("content-type")).startsWith("application/json");
        JsonNode body = JSON.readTree(reply.bytes());
        assertThat(body.properties()).extracting(Map.Entry::getKey).containsExactly("error");
        assertThat(body.path("error").asText()).startsWith(message).isNotBlank();
        return reply;
    }

    /// A caller whose row keeps the model busy.
    private Wired busy() throws Exception {
        Wired caller = waiting(Map.of());
        held.awaitRun();
        return caller;
    }

    /// A caller whose row waits in the queue.
    private Wired waiting(Map<String, Object> parameters) throws Exception {
        Wired caller = ask(parameters);
        queued.take();
        return caller;
    }

    private static Wired ask(Map<String, Object> parameters) throws IOException {
        Body body = HttpTransport.body(request("held_image", parameters), true);
        return new Wired(server.getURI())
                .post(
                        "/v2/models/held_image/infer",
                        "application/octet-stream",
                        body.bytes(),
                        JSON_LENGTH + body.jsonLength());
    }

    private static InferRequest request(String model, Map<String, Object> parameters) {
        return Requests.request(model, parameters, List.of(Sent.images(Requests.picture("grey2.png"))), "cls");
    }
}
