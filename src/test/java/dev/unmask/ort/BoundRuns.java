package dev.unmask.ort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.unmask.Answer;
import dev.unmask.Card;
import dev.unmask.Mask;
import dev.unmask.Output;
import dev.unmask.PatchGrid;
import dev.unmask.Row;
import dev.unmask.Tensor;
import dev.unmask.UnmaskException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What holds of runs over memory that stays bound, on any device: they answer as plain runs do on the processor,
/// whatever was run before.
@Timeout(120)
abstract class BoundRuns {

    static final Path BUNDLES = Path.of("src/test/resources/bundles");
    static final int MAX_ROWS = 6; // no power of two

    @ParameterizedTest
    @ValueSource(strings = {"visualize", "full", "encoder", "rectangular", "classifier-mean", "classifier-cls"})
    void anyOutputsOfAnyRowsAreThoseOfAPlainRun(String name) {
        Bundle bundle = Bundle.open(BUNDLES.resolve(name));
        try (OrtModel plain = OrtModel.open(bundle, new Device.Cpu(1));
                DeviceModel bound = bound(bundle, MAX_ROWS)) {
            Random random = new Random(3);
            for (Set<Output> wanted : subsets(plain.card().outputs())) {
                for (Tensor.Type pixels : List.of(Tensor.Type.UINT8, Tensor.Type.FLOAT32)) {
                    int kept = 1 + random.nextInt(plain.card().grid().patches());
                    requireTheSame(
                            plain, bound, rows(plain.card(), random, 1 + random.nextInt(6), kept, pixels), wanted);
                }
            }
        }
    }

    /// Every bucket in turn over the same addresses, each time with other data, and back again: what a run that did not
    /// take its new inputs would get wrong.
    @Test
    void freshDataReachesEveryBucketOnTheSameAddresses() {
        Bundle bundle = Bundle.open(BUNDLES.resolve("visualize"));
        try (OrtModel plain = OrtModel.open(bundle, new Device.Cpu(1));
                DeviceModel bound = bound(bundle, MAX_ROWS)) {
            bound.warm();
            Random random = new Random(5);
            int patches = plain.card().grid().patches();
            for (int round = 0; round < 3; round++) {
                for (int count : new int[] {6, 1, 3, 2, 5, 4}) {
                    for (int kept : new int[] {patches, 1, patches / 4, patches / 2}) {
                        List<Row> rows = rows(plain.card(), random, count, kept, Tensor.Type.UINT8);
                        requireTheSame(plain, bound, rows, plain.card().outputs());
                    }
                }
            }
        }
    }

    @Test
    void latentRowsRunTheDecoderAlone() {
        Bundle bundle = Bundle.open(BUNDLES.resolve("visualize"));
        try (OrtModel plain = OrtModel.open(bundle, new Device.Cpu(1));
                DeviceModel bound = bound(bundle, MAX_ROWS)) {
            List<Row> pictures = rows(plain.card(), new Random(11), 3, 4, Tensor.Type.UINT8);
            List<Answer> latents = plain.run(pictures, Set.of(Output.LATENT));
            List<Row> rows = new ArrayList<>();
            for (int row = 0; row < pictures.size(); row++) {
                rows.add(new Row(
                        latents.get(row).get(Output.LATENT), pictures.get(row).mask()));
            }
            for (Set<Output> wanted : List.of(Set.of(Output.PATCHES), Set.of(Output.IMAGE), OrtModel.FROM_DECODER)) {
                requireTheSame(plain, bound, rows, wanted);
            }
        }
    }

    @Test
    void moreRowsThanOneRunTakesAreRunInParts() {
        Bundle bundle = Bundle.open(BUNDLES.resolve("visualize"));
        try (OrtModel plain = OrtModel.open(bundle, new Device.Cpu(1));
                DeviceModel bound = bound(bundle, 4)) {
            List<Row> rows = rows(plain.card(), new Random(13), 11, 4, Tensor.Type.UINT8);
            requireTheSame(plain, bound, rows, plain.card().outputs());
        }
    }

    @Test
    void rowsArePaddedToTheirBucketAndToldOf() {
        AtomicInteger padded = new AtomicInteger();
        Stages stages = new Stages() {
            @Override
            public void took(String stage, int rows, long nanos) {
                assertThat(nanos).as(stage).isNotNegative();
            }

            @Override
            public void padded(int rows) {
                padded.addAndGet(rows);
            }
        };
        Bundle bundle = Bundle.open(BUNDLES.resolve("visualize"));
        try (DeviceModel bound = bound(bundle, MAX_ROWS, stages)) {
            bound.run(rows(bound.card(), new Random(1), 3, 4, Tensor.Type.UINT8), Set.of(Output.CLS)); // of 4
            bound.run(rows(bound.card(), new Random(1), 5, 4, Tensor.Type.UINT8), Set.of(Output.CLS)); // of 6
            bound.run(rows(bound.card(), new Random(1), 2, 4, Tensor.Type.UINT8), Set.of(Output.CLS)); // of 2
            assertThat(padded).hasValue(2);
        }
    }

    @Test
    void lanesOfOneBundleDoNotDisturbEachOther() throws Exception {
        Bundle bundle = Bundle.open(BUNDLES.resolve("visualize"));
        try (OrtModel plain = OrtModel.open(bundle, new Device.Cpu(1));
                DeviceModel one = bound(bundle, MAX_ROWS);
                DeviceModel other = bound(bundle, MAX_ROWS);
                ExecutorService callers = Executors.newFixedThreadPool(4)) {
            List<Future<?>> all = new ArrayList<>();
            for (int caller = 0; caller < 4; caller++) {
                DeviceModel lane = caller % 2 == 0 ? one : other;
                Random random = new Random(caller);
                all.add(callers.submit(() -> {
                    for (int run = 0; run < 30; run++) {
                        List<Row> rows =
                                rows(plain.card(), random, 1 + random.nextInt(6), 1 + run % 16, Tensor.Type.UINT8);
                        requireTheSame(plain, lane, rows, plain.card().outputs());
                    }
                }));
            }
            for (Future<?> each : all) {
                each.get();
            }
        }
    }

    @Test
    void closingWaitsForRunsAndRefusesThoseThatCome() throws Exception {
        Bundle bundle = Bundle.open(BUNDLES.resolve("visualize"));
        DeviceModel bound = bound(bundle, MAX_ROWS);
        List<Row> rows = rows(bound.card(), new Random(1), 6, 4, Tensor.Type.UINT8);
        CountDownLatch running = new CountDownLatch(4);
        try (ExecutorService callers = Executors.newFixedThreadPool(4)) {
            List<Future<String>> refusals = new ArrayList<>();
            for (int caller = 0; caller < 4; caller++) {
                refusals.add(callers.submit(() -> runUntilRefused(bound, rows, running)));
            }
            running.await();
            bound.close();
            bound.close();
            for (Future<String> refusal : refusals) {
                assertThat(refusal.get()).isEqualTo(bound.card().name() + " was unloaded");
            }
        }
        assertThat(bound.arena()).contains(ArenaUse.NONE);
    }

    @Test
    void anAnswerStaysAsItIsWhateverRunsAfterwards() {
        Bundle bundle = Bundle.open(BUNDLES.resolve("visualize"));
        try (DeviceModel bound = bound(bundle, MAX_ROWS)) {
            Random random = new Random(17);
            List<Row> rows = rows(bound.card(), random, 2, 4, Tensor.Type.UINT8);
            Tensor patches = bound.run(rows, Set.of(Output.PATCHES)).getFirst().get(Output.PATCHES);
            byte[] before = patches.toBytes();
            bound.run(
                    rows(bound.card(), random, 6, 4, Tensor.Type.UINT8),
                    bound.card().outputs());
            assertThat(patches.toBytes()).isEqualTo(before);
        }
    }

    abstract Device device();

    abstract Execution execution();

    /// By how much a number may differ, where the device computes in another order; 0 for not by a bit.
    abstract double tolerance();

    private static String runUntilRefused(DeviceModel model, List<Row> rows, CountDownLatch running) {
        try {
            while (true) {
                model.run(rows, Set.of(Output.IMAGE));
                running.countDown();
            }
        } catch (UnmaskException refusal) {
            return refusal.getMessage();
        }
    }

    DeviceModel bound(Bundle bundle, int maxRows) {
        return bound(bundle, maxRows, Stages.UNHEARD);
    }

    private DeviceModel bound(Bundle bundle, int maxRows, Stages stages) {
        return DeviceModel.open(bundle, new Setup(device(), Precision.FP32, execution(), maxRows, 0, "tested"), stages);
    }

    /// Once as it comes, and once more after what was put off is done.
    void requireTheSame(OrtModel plain, DeviceModel bound, List<Row> rows, Set<Output> wanted) {
        List<Answer> expected = plain.run(rows, wanted);
        requireTheSame(expected, bound.run(rows, wanted), wanted);
        while (bound.settle()) {
            // until nothing is left
        }
        requireTheSame(expected, bound.run(rows, wanted), wanted);
    }

    private void requireTheSame(List<Answer> expected, List<Answer> actual, Set<Output> wanted) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int row = 0; row < expected.size(); row++) {
            assertThat(actual.get(row).tensors().keySet()).isEqualTo(wanted);
            for (Output output : wanted) {
                requireTheSame(
                        expected.get(row).get(output),
                        actual.get(row).get(output),
                        output + " of row " + row + " of " + expected.size());
            }
        }
    }

    private void requireTheSame(Tensor expected, Tensor actual, String what) {
        assertThat(actual).as(what).hasToString(expected.toString());
        if (tolerance() == 0) {
            assertThat(actual.bytes().equals(expected.bytes())).as(what).isTrue();
        } else if (expected.type() == Tensor.Type.UINT8) {
            byte[] levels = actual.toBytes();
            byte[] others = expected.toBytes();
            for (int i = 0; i < levels.length; i++) {
                assertThat(levels[i] & 0xff).as(what).isCloseTo(others[i] & 0xff, within(1));
            }
        } else {
            float[] numbers = actual.toFloats();
            float[] others = expected.toFloats();
            double largest = 0;
            for (int i = 0; i < numbers.length; i++) {
                largest = Math.max(largest, Math.abs((double) numbers[i] - others[i]));
            }
            assertThat(largest).as(what).isLessThanOrEqualTo(tolerance());
        }
    }

    static List<Row> rows(Card card, Random random, int count, int kept, Tensor.Type type) {
        PatchGrid grid = card.grid();
        List<Row> rows = new ArrayList<>();
        for (int row = 0; row < count; row++) {
            byte[] bytes = new byte[grid.height() * grid.width() * card.channels()];
            random.nextBytes(bytes);
            Tensor pixels = Tensor.of(bytes, grid.height(), grid.width(), card.channels());
            float[] noise = new float[grid.patches()];
            for (int patch = 0; patch < noise.length; patch++) {
                noise[patch] = random.nextFloat();
            }
            rows.add(new Row(
                    type == Tensor.Type.UINT8 ? pixels : card.normalization().normalize(pixels),
                    Mask.keeping(grid, Math.min(kept, grid.patches()), noise)));
        }
        return rows;
    }

    static List<Set<Output>> subsets(Set<Output> outputs) {
        List<Output> members = List.copyOf(outputs);
        List<Set<Output>> subsets = new ArrayList<>();
        for (int chosen = 1; chosen < 1 << members.size(); chosen++) {
            Set<Output> subset = EnumSet.noneOf(Output.class);
            for (int i = 0; i < members.size(); i++) {
                if ((chosen >> i & 1) == 1) {
                    subset.add(members.get(i));
                }
            }
            subsets.add(subset);
        }
        return subsets;
    }
}
