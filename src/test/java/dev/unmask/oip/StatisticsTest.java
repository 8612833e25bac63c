package dev.unmask.oip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.unmask.oip.ModelStatistics.Batch;
import dev.unmask.oip.ModelStatistics.Duration;
import dev.unmask.oip.ModelStatistics.Inferences;
import dev.unmask.oip.Transport.Refused;
import dev.unmask.server.Exposition;
import dev.unmask.server.GrpcServer;
import io.micronaut.context.ApplicationContext;
import io.micronaut.runtime.server.EmbeddedServer;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What the statistics extension tells and what `/metrics` tells are the same.
@Timeout(60)
class StatisticsTest {

    private static final String BUNDLE = "visualize";
    private static final List<Face> FACES = List.of(Face.values());
    private static final int CALLERS = 6;
    private static final int EACH = 20;

    private EmbeddedServer server;
    private List<Transport> transports;
    private HttpClient client;

    @BeforeEach
    void start() {
        server = ApplicationContext.run(
                EmbeddedServer.class,
                Map.of("unmask.models", List.of(Bundles.FOLDER + BUNDLE), "unmask.lanes", 1, "unmask.max-rows", 4));
        int grpc = server.getApplicationContext().getBean(GrpcServer.class).port();
        transports = List.of(new HttpTransport(server.getURI(), true), new GrpcTransport(grpc, true));
        client = HttpClient.newHttpClient();
    }

    @AfterEach
    void stop() {
        transports.forEach(Transport::close);
        client.close();
        server.close();
    }

    @Test
    void whenOnlyTheProtocolIsSpokenRowsAndBatchesAddUp() throws Exception {
        Exposition before = scrape();
        load(caller -> infer(caller));
        Exposition after = scrape();
        List<ModelStatistics> told = transports.getFirst().statistics("", "");
        assertThat(told.stream().mapToLong(ModelStatistics::inferenceCount).sum())
                .isEqualTo(rise(before, after, "unmask_batch_rows_sum"));
        assertThat((double)
                        told.stream().mapToLong(ModelStatistics::executionCount).sum())
                .as("shares are rounded once for each model")
                .isCloseTo((double) rise(before, after, "unmask_batch_rows_count"), within(told.size() / 2.0));
        for (ModelStatistics model : told) {
            wellCounted(model);
        }
        assertThat(told)
                .extracting(model -> model.inferenceStats().success().count())
                .containsOnly((long) EACH * CALLERS / 4);
    }

    @Test
    void rowsOfTheOtherDoorAreInTheSameBatchesAndAreNotCounted() throws Exception {
        Exposition before = scrape();
        load(caller -> {
            infer(caller);
            assertThat(embed()).isEqualTo(200);
        });
        Exposition after = scrape();
        List<ModelStatistics> told = transports.getLast().statistics("", "");
        assertThat(told.stream().mapToLong(ModelStatistics::inferenceCount).sum() + CALLERS * EACH)
                .isEqualTo(rise(before, after, "unmask_batch_rows_sum"));
        assertThat((double)
                        told.stream().mapToLong(ModelStatistics::executionCount).sum())
                .isLessThanOrEqualTo((double) rise(before, after, "unmask_batch_rows_count"));
        told.forEach(StatisticsTest::wellCounted);
    }

    @Test
    void refusalsAreCountedAsFailures() {
        InferRequest bad = Requests.request(BUNDLE, Map.of("ratio", 2.0), List.of(Sent.pixels(1)), "cls");
        for (Transport transport : transports) {
            try {
                transport.infer(bad);
            } catch (Refused refused) {
                assertThat(refused).hasMessageStartingWith("mask ratio 2.0");
            }
        }
        ModelStatistics told = transports.getFirst().statistics(BUNDLE, "").getFirst();
        assertThat(told.inferenceStats().fail().count()).isEqualTo(2);
        assertThat(told.inferenceStats().success()).isEqualTo(Duration.NONE);
        assertThat(told.inferenceCount()).isZero();
    }

    /// perf_analyzer ends where they are not.
    private static void wellCounted(ModelStatistics model) {
        Inferences phases = model.inferenceStats();
        assertThat(List.of(phases.queue(), phases.computeInput(), phases.computeInfer(), phases.computeOutput()))
                .extracting(Duration::count)
                .containsOnly(phases.success().count());
        assertThat(phases.success().ns())
                .as("the phases are parts of the whole")
                .isGreaterThan(phases.queue().ns() + phases.computeInfer().ns());
        assertThat(model.batchStats()).allSatisfy(batch -> {
            assertThat(batch.batchSize()).isBetween(1, 4);
            assertThat(batch.computeInput().count())
                    .isEqualTo(batch.computeInfer().count());
            assertThat(batch.computeOutput().count())
                    .isEqualTo(batch.computeInfer().count());
        });
        assertThat((double) model.batchStats().stream()
                        .map(Batch::computeInfer)
                        .mapToLong(Duration::count)
                        .sum())
                .as("batches by their size")
                .isCloseTo(
                        (double) model.executionCount(),
                        within(model.batchStats().size() / 2.0 + 0.5));
    }

    /// Each caller asks one model, both ways in turn.
    private void infer(int caller) {
        Face face = FACES.get(caller % FACES.size());
        InferRequest request = Requests.request(
                face.of(BUNDLE), Map.of(), Requests.inputs(face, Bundles.card(BUNDLE), 1 + caller / FACES.size() % 2));
        transports.get(caller / 2 % 2).infer(request);
    }

    private int embed() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(server.getURI().resolve("/v1/embed"))
                .header("content-type", "image/png")
                .POST(BodyPublishers.ofByteArray(Requests.picture("grey2.png")))
                .build();
        return client.send(request, BodyHandlers.ofString()).statusCode();
    }

    private interface Work {
        void of(int number) throws Exception;
    }

    private static void load(Work work) throws Exception {
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Boolean>> done = new ArrayList<>();
            IntStream.range(0, CALLERS)
                    .<Callable<Boolean>>mapToObj(caller -> () -> {
                        for (int i = 0; i < EACH; i++) {
                            work.of(caller * EACH + i);
                        }
                        return true;
                    })
                    .forEach(task -> done.add(callers.submit(task)));
            for (Future<Boolean> each : done) {
                each.get();
            }
        }
    }

    private static long rise(Exposition before, Exposition after, String name) {
        return (long) (after.sum(name, "model", BUNDLE) - before.sum(name, "model", BUNDLE));
    }

    private Exposition scrape() throws Exception {
        HttpRequest request =
                HttpRequest.newBuilder(server.getURI().resolve("/metrics")).build();
        return Exposition.parse(client.send(request, BodyHandlers.ofString()).body());
    }
}
