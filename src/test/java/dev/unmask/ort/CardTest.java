package dev.unmask.ort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.unmask.Answer;
import dev.unmask.Output;
import dev.unmask.Row;
import dev.unmask.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The first NVIDIA card against the processor, in float32.
@Tag("gpu")
@Timeout(120)
class CardTest {

    private static final Device CARD = new Device.Cuda(0);

    /// Of tokens and predictions of a size of about 1, summed up in another order.
    private static final double TOLERANCE = 1e-3;

    /// What warming captures: encoder and decoder by masks and sizes of batches, the judge by sizes.
    private static final int USUAL = 2 * 3 * 4 + 4;

    @BeforeAll
    static void openTheCard() {
        Choice.of(CARD.text(), "");
    }

    @Nested
    class Bound extends BoundRuns {

        @Override
        Device device() {
            return CARD;
        }

        @Override
        Execution execution() {
            return Execution.BOUND;
        }

        @Override
        double tolerance() {
            return TOLERANCE;
        }
    }

    @Nested
    class Captured extends BoundRuns {

        @Override
        Device device() {
            return CARD;
        }

        @Override
        Execution execution() {
            return Execution.GRAPH;
        }

        @Override
        double tolerance() {
            return TOLERANCE;
        }

        @Test
        void warmingCapturesEveryBucketOfTheUsualMasksAndSettlingOthers() {
            try (DeviceModel model = bound(Bundle.open(BUNDLES.resolve("visualize")), MAX_ROWS)) {
                model.warm();
                assertThat(model.captures()).isEqualTo(new Captures(USUAL, 0));
                model.run(
                        rows(model.card(), new Random(1), 1, 3, Tensor.Type.UINT8),
                        model.card().outputs());
                assertThat(model.settle()).isTrue();
                assertThat(model.settle()).isTrue();
                assertThat(model.settle()).isFalse();
                assertThat(model.captures()).isEqualTo(new Captures(USUAL + 2, 0)); // the judge had it
            }
        }

        @Test
        void aReplayGivesTheSameBytesEachTime() {
            try (DeviceModel model = bound(Bundle.open(BUNDLES.resolve("visualize")), MAX_ROWS)) {
                model.warm();
                List<Row> rows = rows(model.card(), new Random(2), 4, 4, Tensor.Type.UINT8);
                Answer first = model.run(rows, model.card().outputs()).getLast();
                model.run(
                        rows(model.card(), new Random(3), 6, 4, Tensor.Type.UINT8),
                        model.card().outputs());
                Answer again = model.run(rows, model.card().outputs()).getLast();
                for (Output output : model.card().outputs()) {
                    assertThat(again.get(output).bytes())
                            .as(output.toString())
                            .isEqualTo(first.get(output).bytes());
                }
            }
        }

        @Test
        void lanesThatCaptureAtOnceDoNotBreakEachOther() throws Exception {
            Bundle bundle = Bundle.open(BUNDLES.resolve("visualize"));
            try (DeviceModel one = bound(bundle, MAX_ROWS);
                    DeviceModel other = bound(bundle, MAX_ROWS);
                    ExecutorService threads = Executors.newFixedThreadPool(2)) {
                List<Future<?>> warming = new ArrayList<>();
                for (DeviceModel lane : List.of(one, other)) {
                    warming.add(threads.submit(lane::warm));
                }
                for (Future<?> each : warming) {
                    each.get();
                }
                assertThat(List.of(one.captures(), other.captures())).allMatch(new Captures(USUAL, 0)::equals);
            }
        }
    }

    @Test
    void halfPrecisionPointsWhereFloat32OfTheProcessorDoes() {
        Bundle bundle = Bundle.open(Path.of("onnx/mae-tiny"));
        assumeThat(bundle.has(Precision.FP16, CARD))
                .as("mae-tiny has fp16 graphs")
                .isTrue();
        Setup half = new Setup(CARD, Precision.FP16, Execution.GRAPH, 8, 0, "tested");
        try (OrtModel processor = OrtModel.open(bundle, new Device.Cpu(2));
                DeviceModel card = DeviceModel.open(bundle, half, Stages.UNHEARD)) {
            card.warm();
            for (int kept : new int[] {49, 196, 98, 7}) {
                List<Row> rows = BoundRuns.rows(processor.card(), new Random(kept), 5, kept, Tensor.Type.UINT8);
                Set<Output> numbers =
                        Set.of(Output.LATENT, Output.CLS, Output.MEAN, Output.PATCHES, Output.PATCH_ERROR);
                List<Answer> expected = processor.run(rows, numbers);
                List<Answer> actual = card.run(rows, numbers);
                for (int row = 0; row < rows.size(); row++) {
                    for (Output output : numbers) {
                        assertThat(cosine(
                                        expected.get(row).get(output),
                                        actual.get(row).get(output)))
                                .as("%s of row %d with %d patches", output, row, kept)
                                .isGreaterThanOrEqualTo(0.9999);
                    }
                }
            }
        }
    }

    private static double cosine(Tensor one, Tensor other) {
        float[] a = one.toFloats();
        float[] b = other.toFloats();
        double product = 0;
        double ofA = 0;
        double ofB = 0;
        for (int i = 0; i < a.length; i++) {
            product += (double) a[i] * b[i];
            ofA += (double) a[i] * a[i];
            ofB += (double) b[i] * b[i];
        }
        return product / Math.sqrt(ofA * ofB);
    }

    @Test
    void plainRunsOnTheCardAnswerAsTheProcessorDoes() {
        Bundle bundle = Bundle.open(BoundRuns.BUNDLES.resolve("visualize"));
        BoundRuns comparison = new Bound();
        Setup setup = new Setup(CARD, Precision.FP32, Execution.PLAIN, BoundRuns.MAX_ROWS, 0, "tested");
        try (OrtModel processor = OrtModel.open(bundle, new Device.Cpu(1));
                DeviceModel card = DeviceModel.open(bundle, setup, Stages.UNHEARD)) {
            List<Row> rows = BoundRuns.rows(processor.card(), new Random(4), 5, 4, Tensor.Type.UINT8);
            comparison.requireTheSame(processor, card, rows, processor.card().outputs());
        }
    }
}
