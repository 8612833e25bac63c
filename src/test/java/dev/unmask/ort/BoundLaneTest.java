package dev.unmask.ort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OrtException;
import dev.unmask.Card;
import dev.unmask.DeviceLost;
import dev.unmask.Fault;
import dev.unmask.Output;
import dev.unmask.Row;
import dev.unmask.Tensor;
import dev.unmask.UnmaskException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A lane's captures and refusals, over main memory that behaves like a card. The processor ignores that it is to
/// capture, and runs.
@Timeout(60)
class BoundLaneTest {

    private static final Bundle BUNDLE = Bundle.open(Path.of("src/test/resources/bundles/visualize"));
    private static final Setup CAPTURED = new Setup(new Device.Cpu(1), Precision.FP32, Execution.GRAPH, 4, 0, "tested");
    private static final int USUAL = 2 * 3 * 3 + 3; // encoder and decoder by masks and sizes, judge by sizes

    private final List<String> told = new ArrayList<>();
    private final Stages stages = new Stages() {
        @Override
        public void took(String stage, int rows, long nanos) {}

        @Override
        public void uncaptured(String bucket, String why) {
            told.add(bucket + ": " + why);
        }
    };

    @Test
    void warmingCapturesTheUsualBucketsAndSettlingWhatWasRunSince() {
        try (BoundLane lane = BoundLane.over(new HostMemory(), BUNDLE, CAPTURED, stages, () -> 0)) {
            lane.warm();
            assertThat(lane.captures()).isEqualTo(new Captures(USUAL, 0));
            assertThat(lane.settle()).isFalse();
            lane.run(feed(3, 7), Set.of(Output.IMAGE)); // as 4 rows
            lane.run(feed(4, 7), Set.of(Output.IMAGE)); // the same bucket
            assertThat(lane.captures()).isEqualTo(new Captures(USUAL, 0));
            assertThat(List.of(lane.settle(), lane.settle(), lane.settle())).containsExactly(true, true, false);
            assertThat(lane.captures()).isEqualTo(new Captures(USUAL + 2, 0));
        }
    }

    @Test
    void aBucketThatCannotBeCapturedIsToldOfOnceAndRunWithout() {
        Probed memory = new Probed();
        try (BoundLane lane = BoundLane.over(memory, BUNDLE, CAPTURED, stages, () -> 0)) {
            lane.run(feed(2, 7), Set.of(Output.CLS));
            memory.next = new UnmaskException(Fault.INTERNAL, "the capture is invalid");
            assertThat(lane.settle()).isTrue();
            assertThat(told).containsExactly("encoder.uint8 2x7: the capture is invalid");
            assertThat(memory.left).isEqualTo(1);
            assertThat(lane.run(feed(2, 7), Set.of(Output.CLS))).hasSize(2);
            assertThat(lane.settle()).isFalse();
            assertThat(lane.captures()).isEqualTo(new Captures(0, 1));
        }
    }

    @Test
    void whatIsLostIsNotFreed() {
        Probed memory = new Probed();
        BoundLane lane = BoundLane.over(memory, BUNDLE, CAPTURED, stages, () -> 0);
        lane.load("encoder", Tensor.Type.UINT8);
        memory.next = new DeviceLost("cuda:0 is lost", null);
        assertThatThrownBy(() -> lane.run(feed(1, 4), Set.of(Output.CLS))).isInstanceOf(DeviceLost.class);
        lane.close();
        assertThat(memory.closed).isFalse();
    }

    @Test
    void aLossThatOnlyClosingNoticesIsNoErrorOfClosing() {
        Probed memory = new Probed();
        BoundLane lane = BoundLane.over(memory, BUNDLE, CAPTURED, stages, () -> 0);
        lane.run(feed(1, 4), Set.of(Output.CLS));
        memory.next = new DeviceLost("cuda:0 is lost", null);
        lane.close();
        assertThat(memory.closed).isFalse();
    }

    @Test
    void whatDoesNotFitIsRefusedWithTheFigures() {
        Probed memory = new Probed();
        memory.free = 3 << 20;
        try (BoundLane lane = BoundLane.over(memory, BUNDLE, CAPTURED, stages, () -> 0)) {
            lane.load("encoder", Tensor.Type.UINT8);
            memory.free = 1000;
            assertThatThrownBy(() -> lane.load("decoder", Tensor.Type.UINT8))
                    .hasMessageMatching(
                            "decoder.fp32 of .* takes 1 MiB of weights and 1 MiB for 4 rows; cpu has 1 MiB" + " free");
        }
    }

    @Test
    void nothingIsCopiedThatIsNotWantedAndTheLatentNever() {
        Probed memory = new Probed();
        Card card = BUNDLE.card();
        int width = card.encoder().width();
        int picture = card.grid().height() * card.grid().width() * card.channels();
        try (BoundLane lane = BoundLane.over(memory, BUNDLE, CAPTURED, stages, () -> 0)) {
            lane.run(feed(3, 4), Set.of(Output.CLS));
            assertThat(memory.uploaded).isEqualTo(4L * (picture + 4 * Long.BYTES)); // as 4 rows
            assertThat(memory.downloaded).isEqualTo(3L * width * Float.BYTES);
            memory.uploaded = 0;
            memory.downloaded = 0;
            lane.run(feed(4, 4), Set.of(Output.IMAGE));
            assertThat(memory.uploaded)
                    .isEqualTo(4L * (picture + (4 + card.grid().patches()) * Long.BYTES));
            assertThat(memory.downloaded).isEqualTo(4L * picture);
        }
    }

    @Test
    void memoryThatAMinuteDidNotNeedIsGivenBack() {
        Bundle tiny = Bundle.open(Path.of("onnx/mae-tiny"));
        Setup bound = new Setup(new Device.Cpu(2), Precision.FP32, Execution.BOUND, 8, 0, "tested");
        AtomicLong clock = new AtomicLong();
        try (BoundLane lane = BoundLane.over(new HostMemory(), tiny, bound, stages, clock::get)) {
            lane.run(feed(tiny, 8, 196), Set.of(Output.CLS));
            long grown = total(lane);
            clock.addAndGet(TimeUnit.SECONDS.toNanos(59));
            assertThat(lane.settle()).isFalse();
            clock.addAndGet(TimeUnit.SECONDS.toNanos(2));
            assertThat(lane.settle()).isTrue();
            assertThat(total(lane)).isLessThan(grown / 2);
            assertThat(lane.settle()).isFalse();
            assertThat(lane.run(feed(tiny, 8, 196), Set.of(Output.CLS))).hasSize(8);
        }
    }

    private static long total(BoundLane lane) {
        return lane.graphs().values().stream()
                .mapToLong(graph -> graph.graph().arena().orElseThrow().total())
                .sum();
    }

    private static Feed feed(int rows, int kept) {
        return feed(BUNDLE, rows, kept);
    }

    private static Feed feed(Bundle bundle, int rows, int kept) {
        List<Row> all = BoundRuns.rows(bundle.card(), new Random(1), rows, kept, Tensor.Type.UINT8);
        return Feed.of(bundle.card(), all, Set.of(Output.IMAGE));
    }

    /// Main memory that fails when it is next waited for, has as much room as is said, and counts what is copied.
    private static final class Probed implements LaneMemory {

        private final HostMemory host = new HostMemory();
        private @Nullable Throwable next;
        private boolean closed;
        private long uploaded;
        private long downloaded;
        private int left;
        private long free = Long.MAX_VALUE;

        @Override
        public MemorySegment allocate(long bytes) {
            return host.allocate(bytes);
        }

        @Override
        public MemorySegment stage(long bytes) {
            return host.stage(bytes);
        }

        @Override
        public void upload(MemorySegment staged, MemorySegment device) {
            uploaded += device.byteSize();
            host.upload(staged, device);
        }

        @Override
        public void download(MemorySegment device, MemorySegment staged) {
            downloaded += device.byteSize();
            host.download(device, staged);
        }

        @Override
        public void mark(int place) {
            host.mark(place);
        }

        @Override
        public long nanos(int from, int to) {
            return host.nanos(from, to);
        }

        @Override
        public void await() {
            switch (next) {
                case RuntimeException refusal -> {
                    next = null;
                    throw refusal;
                }
                case Error loss -> throw loss;
                case null, default -> host.await();
            }
        }

        @Override
        public long stream() {
            return 0;
        }

        @Override
        public long free() {
            return free;
        }

        @Override
        public void leaveCapture() {
            left++;
        }

        @Override
        public UnmaskException failure(String what, OrtException cause) {
            return host.failure(what, cause);
        }

        @Override
        public void close() {
            closed = true;
            host.close();
        }
    }
}
