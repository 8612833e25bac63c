package dev.unmask.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unmask.oip.GrpcCalls;
import dev.unmask.oip.proto.GRPCInferenceServiceGrpc;
import dev.unmask.oip.proto.OpenInference.ModelInferRequest;
import dev.unmask.oip.proto.OpenInference.ModelInferResponse;
import dev.unmask.oip.proto.OpenInference.ModelStreamInferResponse;
import dev.unmask.ort.CpuPlan;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.micronaut.context.annotation.Property;
import io.micronaut.runtime.server.EmbeddedServer;
import io.micronaut.test.extensions.junit5.annotation.MicronautTest;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What Prometheus is told by the real server.
@MicronautTest
@Property(name = "unmask.max-rows", value = "4")
@Timeout(120)
class MetricsTest {

    private static final Path CHELSEA = Path.of("photos/chelsea.jpg");

    private final HttpClient client = HttpClient.newHttpClient();
    private final EmbeddedServer server;
    private final GrpcServer grpc;

    MetricsTest(EmbeddedServer server, GrpcServer grpc) {
        this.server = server;
        this.grpc = grpc;
    }

    @Test
    void everyHistogramIsWellFormed() throws Exception {
        for (String route : List.of("embed", "reconstruct", "anomaly")) {
            assertThat(picture("/v1/" + route).statusCode()).isEqualTo(200);
        }
        Exposition metrics = scrape();
        metrics.checkHistograms();
        assertThat(metrics.types()).containsEntry("unmask_phase_seconds", "histogram");
        assertThat(metrics.types()).containsEntry("unmask_refusals_total", "counter");
    }

    @ParameterizedTest
    @ValueSource(strings = {"receive", "decode", "preprocess", "queue", "assemble", "infer", "encode"})
    void aRequestIsTimedInEveryPhase(String phase) throws Exception {
        Exposition before = scrape();
        assertThat(picture("/v1/embed").statusCode()).isEqualTo(200);
        Exposition after = scrape();
        assertThat(rise(before, after, "unmask_phase_seconds_count", "model", "mae-tiny", "phase", phase))
                .isEqualTo(1);
        assertThat(rise(before, after, "unmask_phase_seconds_sum", "model", "mae-tiny", "phase", phase))
                .isBetween(1e-9, 60.0);
    }

    @Test
    void aBatchIsCountedWithItsRowsItsTokensAndItsGraphs() throws Exception {
        Exposition before = scrape();
        picture("/v1/reconstruct?ratio=0.75");
        Exposition after = scrape();
        assertThat(rise(before, after, "unmask_batch_rows_sum", "model", "mae-tiny"))
                .isEqualTo(1);
        assertThat(rise(before, after, "unmask_batch_tokens_sum", "model", "mae-tiny"))
                .isEqualTo(50);
        assertThat(rise(before, after, "unmask_graph_seconds_count", "graph", "encoder"))
                .isEqualTo(1);
        assertThat(rise(before, after, "unmask_graph_seconds_count", "graph", "decoder"))
                .isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/embed?ratio=0.5,invalid,/v1/embed,mae-tiny",
        "/v1/reconstruct?mask=01,invalid,/v1/reconstruct,mae-tiny",
        "/v1/embed?model=nosuch,not_found,/v1/embed,''",
        "/v1/classify,unsupported,/v1/classify,mae-tiny",
        "/v1/nosuch,not_found,none,''",
        "/health/live,invalid,none,''" // a POST to it
    })
    void everyRefusalIsCountedByItsReason(String path, String reason, String route, String model) throws Exception {
        Exposition before = scrape();
        HttpResponse<String> refused = picture(path);
        Exposition after = scrape();
        assertThat(rise(before, after, "unmask_refusals_total")).isEqualTo(1);
        assertThat(rise(before, after, "unmask_refusals_total", "model", model, "reason", reason))
                .isEqualTo(1);
        assertThat(rise(before, after, "unmask_requests_total", "route", route, "status", "4xx"))
                .as("%s %s", path, refused.statusCode())
                .isEqualTo(1);
    }

    @Test
    void callsByGrpcAreCountedAndEachRequestOfAStream() throws Exception {
        String unary = "/inference.GRPCInferenceService/ModelInfer";
        String streamed = "/inference.GRPCInferenceService/ModelStreamInfer";
        Exposition before = scrape();
        ManagedChannel channel = GrpcCalls.channel(grpc.port());
        try {
            infer(channel, "cls");
            assertThatThrownBy(() -> infer(channel, "nosuch")).isInstanceOf(StatusRuntimeException.class);
            LinkedBlockingQueue<Boolean> ended = new LinkedBlockingQueue<>();
            StreamObserver<ModelInferRequest> stream =
                    GRPCInferenceServiceGrpc.newStub(channel).modelStreamInfer(new Ended(ended));
            for (String output : List.of("cls", "nosuch", "cls")) {
                stream.onNext(request(output));
            }
            stream.onCompleted();
            assertThat(ended.take()).isTrue();
        } finally {
            channel.shutdownNow();
        }
        Exposition after = scrape();
        assertThat(rise(before, after, "unmask_requests_total", "route", unary, "status", "2xx"))
                .isEqualTo(1);
        assertThat(rise(before, after, "unmask_requests_total", "route", unary, "status", "4xx"))
                .isEqualTo(1);
        assertThat(rise(before, after, "unmask_requests_total", "route", streamed, "status", "2xx"))
                .isEqualTo(2);
        assertThat(rise(before, after, "unmask_requests_total", "route", streamed, "status", "4xx"))
                .isEqualTo(1);
        assertThat(rise(before, after, "unmask_request_seconds_count", "route", streamed))
                .isEqualTo(3);
        assertThat(rise(before, after, "unmask_refusals_total", "reason", "invalid"))
                .isEqualTo(2);
        assertThat(rise(before, after, "unmask_requests_in_flight")).isZero();
    }

    private static ModelInferResponse infer(ManagedChannel channel, String output) {
        return GRPCInferenceServiceGrpc.newBlockingStub(channel).modelInfer(request(output));
    }

    private static ModelInferRequest request(String output) {
        byte[] pixels = new byte[224 * 224 * 3];
        return GrpcCalls.raw("mae-tiny", "pixels", "UINT8", output, List.of(1L, 224L, 224L, 3L), pixels)
                .build();
    }

    private record Ended(LinkedBlockingQueue<Boolean> ended) implements StreamObserver<ModelStreamInferResponse> {

        @Override
        public void onNext(ModelStreamInferResponse answer) {}

        @Override
        public void onError(Throwable failure) {
            ended.add(false);
        }

        @Override
        public void onCompleted() {
            ended.add(true);
        }
    }

    @ParameterizedTest
    @CsvSource({"40000000,image/jpeg,too_large", "3,image/jpeg,not_a_picture", "3,text/plain,not_a_picture"})
    void refusedBodiesAreCountedToo(int length, String type, String reason) throws Exception {
        Exposition before = scrape();
        HttpResponse<String> refused = post("/v1/embed", new byte[length], type);
        assertThat(refused.statusCode()).isGreaterThanOrEqualTo(400);
        assertThat(rise(before, scrape(), "unmask_refusals_total", "reason", reason))
                .as(refused.body())
                .isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"GARBAGE,400,invalid", "GET / HTTP/1.1|Host: x|X: %s,431,invalid"})
    void whatIsNoRequestIsCountedToo(String head, int status, String reason) throws Exception {
        Exposition before = scrape();
        try (Socket caller = new Socket(server.getHost(), server.getPort())) {
            String sent = head.replace("|", "\r\n").replace("%s", "a".repeat(20_000)) + "\r\n\r\n";
            caller.getOutputStream().write(sent.getBytes(StandardCharsets.US_ASCII));
            String answer = new String(caller.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
            assertThat(answer).startsWith("HTTP/1.").endsWith(" " + status);
        }
        assertThat(rise(before, scrape(), "unmask_refusals_total", "model", "", "reason", reason))
                .isEqualTo(1);
    }

    @Test
    void aRequestInFlightIsCountedUntilItsCallerHangsUp() throws Exception {
        double idle = scrape().sum("unmask_requests_in_flight"); // the scrape itself
        try (Socket caller = new Socket(server.getHost(), server.getPort())) {
            OutputStream out = caller.getOutputStream();
            out.write("POST /v1/embed HTTP/1.1\r\nHost: x\r\nContent-Type: image/jpeg\r\nContent-Length: 99\r\n\r\nab"
                    .getBytes(StandardCharsets.US_ASCII));
            out.flush();
            awaitInFlight(idle + 1);
        }
        awaitInFlight(idle);
    }

    @Test
    void noLabelHoldsWhatACallerWrote() throws Exception {
        picture("/v1/embed?model=evil");
        picture("/evil");
        get("/v1/models/evil");
        Exposition metrics = scrape();
        assertThat(metrics.values("model")).containsOnly("mae-tiny", "");
        assertThat(metrics.values("route"))
                .contains("/v1/models/{name}", "none")
                .doesNotContain("/evil");
    }

    @Test
    void theModelItsQueueAndItsMemoryAreTold() throws Exception {
        Exposition metrics = scrape();
        assertThat(metrics.samples())
                .filteredOn(sample -> sample.name().equals("unmask_model_info"))
                .singleElement()
                .satisfies(info -> {
                    assertThat(info.value()).isEqualTo(1);
                    assertThat(info.labels())
                            .containsEntry("model", "mae-tiny")
                            .containsEntry("device", "cpu")
                            .containsEntry("flavour", "visualize")
                            .containsKeys("digest", "license");
                    assertThat(info.labels().get("digest")).hasSize(64);
                });
        assertThat(metrics.sum("unmask_queue_limit_rows", "model", "mae-tiny")).isEqualTo(512);
        assertThat(metrics.sum("unmask_queue_rows", "model", "mae-tiny")).isZero();
        assertThat(metrics.sum("unmask_lanes_live", "model", "mae-tiny"))
                .isEqualTo(CpuPlan.of(Runtime.getRuntime().availableProcessors(), 0, 0, 0)
                        .lanes());
        assertThat(metrics.sum("unmask_arena_bytes", "state", "reserved")).isGreaterThan(1e6);
        assertThat(metrics.sum("unmask_build_info")).isEqualTo(1);
    }

    @Test
    void theProcessAndItsJvmAreTold() throws Exception {
        Exposition metrics = scrape();
        assertThat(metrics.sum("process_resident_memory_bytes")).isBetween(1e7, 1e11);
        assertThat(metrics.sum("jvm_memory_used_bytes", "area", "heap")).isPositive();
        assertThat(Stream.of(
                        "jvm_threads_live_threads",
                        "jvm_gc_memory_allocated_bytes_total",
                        "jvm_buffer_memory_used_bytes",
                        "process_files_open_files",
                        "process_start_time_seconds"))
                .allSatisfy(name -> assertThat(metrics.types()).containsKey(name));
    }

    @Test
    void whatPicturesAreLikeIsTold() throws Exception {
        Exposition before = scrape();
        double norm = picture("/v1/embed?pool=mean&normalize=true").statusCode();
        picture("/v1/reconstruct");
        picture("/v1/reconstruct?ratio=0"); // hides nothing, so there is no loss
        picture("/v1/anomaly");
        Exposition after = scrape();
        assertThat(norm).isEqualTo(200);
        assertThat(rise(before, after, "unmask_embedding_norm_count", "pool", "mean"))
                .isEqualTo(1);
        assertThat(rise(before, after, "unmask_embedding_norm_sum", "pool", "mean"))
                .isGreaterThan(1.5);
        assertThat(rise(before, after, "unmask_reconstruction_loss_count")).isEqualTo(1);
        assertThat(rise(before, after, "unmask_reconstruction_loss_sum")).isBetween(0.01, 10.0);
        assertThat(rise(before, after, "unmask_anomaly_score_count")).isEqualTo(1);
    }

    @Test
    void whatOpenAisClientsSendIsToldToo() throws Exception {
        String image = Base64.getEncoder().encodeToString(Files.readAllBytes(CHELSEA));
        String body = "{\"model\": \"mae-tiny\", \"input\": \"data:image/jpeg;base64," + image + "\"}";
        Exposition before = scrape();
        assertThat(post("/v1/embeddings", body.getBytes(StandardCharsets.US_ASCII), "application/json")
                        .statusCode())
                .isEqualTo(200);
        assertThat(rise(before, scrape(), "unmask_embedding_norm_count", "pool", "cls"))
                .isEqualTo(1);
    }

    @Test
    void openMetricsIsSpokenWhereItIsAccepted() throws Exception {
        HttpResponse<String> open = client.send(
                HttpRequest.newBuilder(server.getURI().resolve("/metrics"))
                        .header(
                                "accept",
                                "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.3,*/*;q=0.1")
                        .build(),
                BodyHandlers.ofString());
        assertThat(open.headers().firstValue("content-type").orElseThrow())
                .startsWith("application/openmetrics-text; version=1.0.0");
        assertThat(open.body()).endsWith("# EOF\n");
        assertThat(get("/metrics").headers().firstValue("content-type").orElseThrow())
                .startsWith("text/plain; version=0.0.4");
    }

    @Test
    void thereAreFewEnoughSeries() throws Exception {
        assertThat(scrape().samples()).hasSizeLessThan(1200);
    }

    private void awaitInFlight(double wanted) throws Exception {
        while (scrape().sum("unmask_requests_in_flight") != wanted) {
            Thread.onSpinWait();
        }
    }

    private static double rise(Exposition before, Exposition after, String name, String... labels) {
        return after.sum(name, labels) - before.sum(name, labels);
    }

    private Exposition scrape() throws IOException, InterruptedException {
        return Exposition.parse(get("/metrics").body());
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(server.getURI().resolve(path)).build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> picture(String path) throws IOException, InterruptedException {
        return post(path, Files.readAllBytes(CHELSEA), "image/jpeg");
    }

    private HttpResponse<String> post(String path, byte[] body, String type) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(server.getURI().resolve(path))
                .header("content-type", type)
                .POST(BodyPublishers.ofByteArray(body))
                .build();
        return client.send(request, BodyHandlers.ofString());
    }
}
