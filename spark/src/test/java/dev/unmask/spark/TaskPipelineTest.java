package dev.unmask.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unmask.job.Column;
import dev.unmask.job.Item;
import dev.unmask.job.Listener;
import dev.unmask.job.Made;
import dev.unmask.job.Prepared;
import dev.unmask.job.Result;
import dev.unmask.job.Work;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class TaskPipelineTest {

    private final AtomicInteger taken = new AtomicInteger();

    /// Work whose pictures are their first byte; it fails on 99.
    private static final class Bytes implements Work<Byte> {

        private final CountDownLatch gate;

        Bytes(CountDownLatch gate) {
            this.gate = gate;
        }

        @Override
        public Map<String, String> identity() {
            return Map.of();
        }

        @Override
        public String digest() {
            return "";
        }

        @Override
        public List<Column> columns() {
            return List.of();
        }

        @Override
        public int rows() {
            return 4;
        }

        @Override
        public int runs() {
            return 1;
        }

        @Override
        public Prepared<Byte> prepare(byte[] file) {
            return new Prepared<>(1, 1, file[0]);
        }

        @Override
        public List<Made> run(List<Byte> pictures) {
            try {
                gate.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException("interrupted", e);
            }
            if (pictures.contains((byte) 99)) {
                throw new IllegalStateException("99");
            }
            return pictures.stream()
                    .map(picture -> new Made(List.of(picture), null))
                    .toList();
        }
    }

    @Test
    void resultsComeInOrderAndItemsAreTakenByTheThreadThatTakesResults() {
        List<Object> made = new ArrayList<>();
        try (var results = pipeline(0, 50, new CountDownLatch(0))) {
            results.forEachRemaining(result -> made.add(value(result)));
        }
        assertThat(made)
                .isEqualTo(IntStream.range(0, 50).mapToObj(i -> (byte) i).toList());
    }

    @Test
    void noMoreIsTakenThanThePipelineHasRoomFor() {
        try (var results = pipeline(0, 90, new CountDownLatch(0))) {
            assertThat(value(results.next())).isEqualTo((byte) 0);
            assertThat(taken.get()).isLessThan(50);
        }
    }

    @Test
    void aFailureComesToTheTask() {
        try (var results = pipeline(90, 110, new CountDownLatch(0))) {
            assertThatThrownBy(() -> results.forEachRemaining(_ -> {}))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("99");
            assertThat(results.hasNext()).isFalse();
        }
    }

    @Test
    void closingEndsWhatIsUnderWay() throws InterruptedException {
        CountDownLatch gate = new CountDownLatch(1); // never opened: the first run waits until it is interrupted
        var results = pipeline(0, 50, gate);
        Thread task = Thread.currentThread();
        Thread closing = Thread.ofPlatform().start(() -> {
            while (task.getState() == Thread.State.RUNNABLE) {
                Thread.onSpinWait();
            }
            task.interrupt(); // as Spark does
        });
        assertThatThrownBy(results::hasNext).hasMessage("interrupted while pictures were worked on");
        assertThat(Thread.interrupted()).isTrue();
        closing.join();
        results.close();
        assertThat(results.hasNext()).isFalse();
    }

    private TaskPipeline<Byte> pipeline(int begin, int end, CountDownLatch gate) {
        Thread task = Thread.currentThread();
        Iterator<Item> items = IntStream.range(begin, end)
                .mapToObj(i -> {
                    assertThat(Thread.currentThread()).isSameAs(task);
                    taken.incrementAndGet();
                    return new Item("" + i, () -> new byte[] {(byte) i});
                })
                .iterator();
        return new TaskPipeline<>(new Bytes(gate), items, 2, Listener.NONE);
    }

    private static Object value(Result result) {
        return Objects.requireNonNull(result.made()).values().getFirst();
    }
}
