package dev.unmask.ort;

import static dev.unmask.ort.RandomRows.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unmask.Answer;
import dev.unmask.Fault;
import dev.unmask.Mask;
import dev.unmask.Output;
import dev.unmask.PatchGrid;
import dev.unmask.Row;
import dev.unmask.UnmaskException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
    void tellsWhatItsArenasHoldAndLoadsNothingForIt() {
        OrtModel model = open("visualize");
        assertThat(model.arena()).hasValue(ArenaUse.NONE);
        model.run(rows(model, 4), Set.of(Output.CLS));
        ArenaUse encoder = model.arena().orElseThrow();
        assertThat(encoder.inUse()).isNotNegative();
        assertThat(encoder.maxInUse()).isPositive().isGreaterThanOrEqualTo(encoder.inUse());
        assertThat(encoder.total()).isGreaterThanOrEqualTo(encoder.maxInUse());
        model.run(rows(model, 4), Set.of(Output.PATCHES));
        assertThat(model.arena().orElseThrow().total()).isGreaterThan(encoder.total());
        model.close();
        assertThat(model.arena()).hasValue(ArenaUse.NONE);
    }

    @Test
    @Timeout(60)
    void tellsWhatItsArenasHoldWhileItRunsAndCloses() throws Exception {
        for (int round = 0; round < 20; round++) {
            OrtModel model = open("visualize");
            List<Row> rows = rows(model, 8);
            CountDownLatch running = new CountDownLatch(1);
            try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
                Future<Integer> runs = threads.submit(() -> runUntilRefused(model, rows, running));
                assertThat(running.await(30, TimeUnit.SECONDS)).isTrue();
                Future<?> scrapes = threads.submit(() -> {
                    while (!runs.isDone()) {
                        assertThat(model.arena()).isPresent();
                    }
                });
                for (int scrape = 0; scrape < 100; scrape++) {
                    assertThat(model.arena().orElseThrow().total()).isPositive();
                }
                model.close();
                assertThat(runs.get()).isPositive();
                scrapes.get();
            }
        }
    }

    @Test
    void tellsHowLongEachStageTook() {
        List<String> told = new ArrayList<>();
        Stages stages = (stage, rows, nanos) -> {
            assertThat(nanos).isPositive();
            told.add(stage + " " + rows);
        };
        try (OrtModel model = OrtModel.open(Bundle.open(BUNDLES.resolve("visualize")), new Device.Cpu(0), stages);
                OrtModel classifier =
                        OrtModel.open(Bundle.open(BUNDLES.resolve("classifier-cls")), new Device.Cpu(0), stages)) {
            model.run(rows(model, 3), Set.of(Output.PATCHES));
            classifier.run(rows(classifier, 1), Set.of(Output.LOGITS));
        }
        assertThat(told).containsExactly("assemble 3", "encoder 3", "decoder 3", "assemble 1", "classifier 1");
    }

    @Test
    void moreRowsThanOneRunTakesAreRunInParts() {
        List<String> told = new ArrayList<>();
        Bundle bundle = Bundle.open(BUNDLES.resolve("visualize"));
        Setup setup = new Setup(new Device.Cpu(1), Precision.FP32, Execution.PLAIN, 2, 0, "tested");
        try (OrtModel parted = OrtModel.open(bundle, setup, (stage, rows, _) -> told.add(stage + " " + rows));
                OrtModel whole = open("visualize")) {
            List<Row> rows = rows(whole, 5);
            List<Answer> expected = whole.run(rows, Set.of(Output.CLS));
            List<Answer> actual = parted.run(rows, Set.of(Output.CLS));
            for (int row = 0; row < rows.size(); row++) {
                assertThat(actual.get(row).get(Output.CLS).bytes())
                        .isEqualTo(expected.get(row).get(Output.CLS).bytes());
            }
        }
        assertThat(told)
                .containsExactly("assemble 2", "encoder 2", "assemble 2", "encoder 2", "assemble 1", "encoder 1");
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
        assertThatThrownBy(() -> Device.parse("tpu")).hasMessage("device 'tpu' is not cpu, cuda:N or tensorrt:N");
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
}
