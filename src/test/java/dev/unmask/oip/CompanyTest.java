package dev.unmask.oip;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unmask.batch.Batcher;
import dev.unmask.batch.Listener;
import dev.unmask.batch.Policy;
import dev.unmask.image.Decoder;
import dev.unmask.image.Limits;
import dev.unmask.image.Preset;
import dev.unmask.ort.Bundle;
import dev.unmask.ort.Device;
import dev.unmask.ort.OrtModel;
import dev.unmask.server.GrpcServer;
import dev.unmask.task.Catalog;
import dev.unmask.task.View;
import io.micronaut.context.ApplicationContext;
import io.micronaut.runtime.server.EmbeddedServer;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Rows share a batch whichever door they came through, and none of them can tell.
@Timeout(60)
class CompanyTest implements Listener {

    private static final String BUNDLE = "visualize";
    private static final byte[] PICTURE = Requests.picture("webp-quality90-method0.webp");

    private final LinkedBlockingQueue<Integer> queued = new LinkedBlockingQueue<>();
    private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpClient client = HttpClient.newHttpClient();
    private EmbeddedServer server;
    private OrtModel model;
    private Gate gate;
    private Batcher batcher;
    private Transport http;
    private Transport grpc;

    @BeforeEach
    void start() {
        server = ApplicationContext.run(
                EmbeddedServer.class,
                Map.of("unmask.models", List.of(Bundles.FOLDER + "encoder"), "unmask.max-rows", 1));
        model = OrtModel.open(Bundle.open(Path.of(Bundles.FOLDER, BUNDLE)), new Device.Cpu(0));
        gate = Gate.before(model);
        batcher = Batcher.start(List.of(gate), new Policy(8, 8192, Duration.ZERO, 64), this);
        server.getApplicationContext().getBean(Catalog.class).put(batcher);
        int port = server.getApplicationContext().getBean(GrpcServer.class).port();
        http = new HttpTransport(server.getURI(), true);
        grpc = new GrpcTransport(port, true);
    }

    @AfterEach
    void stop() {
        gate.permits().release(100);
        callers.close();
        http.close();
        grpc.close();
        client.close();
        batcher.close();
        server.close();
        model.close();
    }

    @Override
    public void queued(int rows, int depth) {
        queued.add(rows);
    }

    @Test
    void oneBatchHoldsTheRowsOfEveryDoor() throws Exception {
        CompletableFuture<ByteBuffer> alone = waiting(this::embed);
        assertThat(gate.awaitRun()).isEqualTo(1);
        InferRequest image = Requests.request(BUNDLE + "_image", Map.of(), List.of(Sent.images(PICTURE)), "cls");
        InferRequest pixels = Requests.request(BUNDLE, Map.of(), List.of(pixels()), "cls");
        List<CompletableFuture<ByteBuffer>> others = List.of(
                waiting(this::embed),
                waiting(() -> cls(http, image)),
                waiting(() -> cls(grpc, image)),
                waiting(() -> cls(http, pixels)),
                waiting(() -> cls(grpc, pixels)));
        gate.permits().release(2);
        assertThat(gate.awaitRun()).as("rows of the second batch").isEqualTo(5);
        for (CompletableFuture<ByteBuffer> other : others) {
            assertThat(other.get()).isEqualTo(alone.get());
        }
        for (Transport transport : List.of(http, grpc)) {
            List<ModelStatistics> told = transport.statistics("", "");
            assertThat(told).extracting(ModelStatistics::inferenceCount).contains(2L);
            assertThat(told)
                    .filteredOn(each -> each.name().startsWith(BUNDLE))
                    .flatExtracting(ModelStatistics::batchStats)
                    .extracting(ModelStatistics.Batch::batchSize)
                    .containsOnly(5);
        }
    }

    private static ByteBuffer cls(Transport transport, InferRequest request) {
        return transport.infer(request).outputs().getFirst().data();
    }

    private ByteBuffer embed() {
        HttpRequest request = HttpRequest.newBuilder(server.getURI().resolve("/v1/embed?model=" + BUNDLE))
                .header("content-type", "image/webp")
                .header("accept", "application/octet-stream")
                .POST(BodyPublishers.ofByteArray(PICTURE))
                .build();
        HttpResponse<byte[]> response =
                client.sendAsync(request, BodyHandlers.ofByteArray()).join();
        assertThat(response.statusCode()).isEqualTo(200);
        return ByteBuffer.wrap(response.body());
    }

    /// What the service makes of the picture.
    private InferInput pixels() {
        View view = View.of(PICTURE, new Decoder(Limits.DEFAULT, false), Preset.DEMO, model.card());
        return new InferInput(
                "pixels",
                Datatype.UINT8,
                List.of(1L, 32L, 32L, 3L),
                view.pixels().bytes());
    }

    /// An answer that is asked for now; returns when the row waits.
    private CompletableFuture<ByteBuffer> waiting(Supplier<ByteBuffer> ask) throws InterruptedException {
        CompletableFuture<ByteBuffer> answer = CompletableFuture.supplyAsync(ask, callers);
        assertThat(queued.take()).isEqualTo(1);
        return answer;
    }
}
