package dev.unmask.ort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unmask.Answer;
import dev.unmask.Fault;
import dev.unmask.Mask;
import dev.unmask.Output;
import dev.unmask.PatchGrid;
import dev.unmask.Row;
import dev.unmask.Tensor;
import dev.unmask.UnmaskException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class OrtModelTest {

    private static final Path BUNDLES = Path.of("src/test/resources/bundles");

    @Test
    void aRowOfABatchGetsTheAnswerItGetsAlone() {
        try (OrtModel model = open("visualize")) {
            List<Row> rows = rows(model, 5);
            List<Answer> together = model.run(rows, Set.of(Output.PATCHES, Output.IMAGE, Output.CLS));
            for (int row = 0; row < rows.size(); row++) {
                Answer alone = model.run(List.of(rows.get(row)), Set.of(Output.PATCHES, Output.CLS))
                        .getFirst();
                double difference = Check.compare(
                                "patches",
                                Check.doubles(together.get(row).get(Output.PATCHES)),
                                Check.doubles(alone.get(Output.PATCHES)),
                                0)
                        .max();
                assertThat(difference).isLessThan(1e-5);
            }
        }
    }

    @Test
    void answersOnlyWhatWasWanted() {
        try (OrtModel model = open("visualize")) {
            Answer answer = model.run(rows(model, 1), Set.of(Output.PATCHES)).getFirst();
            assertThat(answer.tensors()).containsOnlyKeys(Output.PATCHES);
        }
    }

    @Test
    void refusesWhatTheCheckpointCannotGive() {
        try (OrtModel encoder = open("encoder");
                OrtModel full = open("full")) {
            assertThatThrownBy(() -> encoder.run(rows(encoder, 1), Set.of(Output.PATCHES)))
                    .isInstanceOfSatisfying(
                            UnmaskException.class,
                            refusal -> assertThat(refusal.fault()).isEqualTo(Fault.UNSUPPORTED))
                    .hasMessageContaining("mae_visualize_vit_*");
            assertThatThrownBy(() -> full.run(rows(full, 1), Set.of(Output.IMAGE)))
                    .hasMessageContaining("--patch-stats original");
            assertThatThrownBy(() -> full.run(rows(full, 1), Set.of(Output.LOGITS)))
                    .hasMessageContaining("is no classifier");
        }
    }

    @Test
    void refusesRowsThatDoNotFitTogether() {
        try (OrtModel model = open("visualize")) {
            PatchGrid grid = model.card().grid();
            List<Row> rows = new ArrayList<>(rows(model, 1));
            rows.add(new Row(rows.getFirst().pixels(), Mask.none(grid)));
            assertThatThrownBy(() -> model.run(rows, Set.of(Output.CLS))).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void canBeClosedTwiceAndThenRefuses() {
        OrtModel model = open("visualize");
        List<Row> rows = rows(model, 1);
        model.run(rows, Set.of(Output.CLS));
        model.close();
        model.close();
        assertThatThrownBy(() -> model.run(rows, Set.of(Output.CLS)))
                .isInstanceOfSatisfying(
                        UnmaskException.class,
                        refusal -> assertThat(refusal.fault()).isEqualTo(Fault.UNAVAILABLE))
                .hasMessage("visualize was unloaded");
    }

    @Test
    @Timeout(60)
    void closingWaitsForRunsInProgress() throws Exception {
        for (int round = 0; round < 20; round++) {
            OrtModel model = open("visualize");
            List<Row> rows = rows(model, 8);
            CountDownLatch running = new CountDownLatch(2);
            try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
                List<Future<Integer>> runs = List.of(
                        threads.submit(() -> runUntilRefused(model, rows, running)),
                        threads.submit(() -> runUntilRefused(model, rows, running)));
                assertThat(running.await(30, TimeUnit.SECONDS)).isTrue();
                model.close();
                for (Future<Integer> run : runs) {
                    assertThat(run.get()).isPositive();
                }
            }
        }
    }

    @Test
    void aDeviceThatIsNotHereIsRefusedWithItsName() {
        try (OrtModel model = OrtModel.open(Bundle.open(BUNDLES.resolve("visualize")), Device.parse("cuda:7"))) {
            assertThatThrownBy(() -> model.run(rows(model, 1), Set.of(Output.CLS)))
                    .isInstanceOfSatisfying(
                            UnmaskException.class,
                            refusal -> assertThat(refusal.fault()).isEqualTo(Fault.UNAVAILABLE))
                    .hasMessageContaining("on cuda:7");
        }
    }

    @Test
    void refusesDevicesItDoesNotKnow() {
        assertThatThrownBy(() -> Device.parse("tpu")).hasMessage("device 'tpu' is not cpu, cuda or cuda:N");
    }

    private static int runUntilRefused(OrtModel model, List<Row> rows, CountDownLatch running) {
        for (int runs = 0; ; runs++) {
            try {
                model.run(rows, Set.of(Output.CLS));
                if (runs == 0) {
                    running.countDown();
                }
            } catch (UnmaskException refusal) {
                assertThat(refusal.fault()).isEqualTo(Fault.UNAVAILABLE);
                return runs;
            }
        }
    }

    private static OrtModel open(String name) {
        return OrtModel.open(Bundle.open(BUNDLES.resolve(name)), new Device.Cpu(0));
    }

    private static List<Row> rows(OrtModel model, int count) {
        PatchGrid grid = model.card().grid();
        Random random = new Random(7);
        List<Row> rows = new ArrayList<>();
        for (int row = 0; row < count; row++) {
            byte[] pixels = new byte[grid.height() * grid.width() * model.card().channels()];
            random.nextBytes(pixels);
            Tensor picture =
                    Tensor.of(pixels, grid.height(), grid.width(), model.card().channels());
            rows.add(new Row(picture, Mask.random(grid, 0.75, row)));
        }
        return rows;
    }
}
