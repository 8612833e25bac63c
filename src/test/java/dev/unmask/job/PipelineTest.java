package dev.unmask.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PipelineTest {

    private static final int NO_BORDER = Integer.MAX_VALUE;

    @Test
    void resultsComeInTheOrderOfTheInputFromFullBatches() {
        FakeWork work = new FakeWork(4, 3);
        List<Result> results = all(work, FakeWork.items(1001), NO_BORDER);
        assertThat(results).extracting(Result::id).containsExactlyElementsOf(ids(1001));
        assertThat(results).extracting(PipelineTest::score).containsExactlyElementsOf(doubled(1001));
        assertThat(work.batches).hasSize(251);
        assertThat(work.batches).filteredOn(batch -> batch.size() < 4).hasSize(1);
    }

    @Test
    void aBatchEndsAtABorder() {
        FakeWork work = new FakeWork(4, 1);
        all(work, FakeWork.items(23), 10);
        assertThat(work.batches).extracting(List::size).containsExactly(4, 4, 2, 4, 4, 2, 3);
    }

    @Test
    void badPicturesAreRowsAndBatchesAreFullWithoutThem() {
        FakeWork work = new FakeWork(2, 1);
        Item missing = new Item("missing", () -> {
            throw new NoSuchFileException("x");
        });
        Item broken = new Item("broken", () -> {
            throw new IOException("I/O error");
        });
        List<Result> results = all(
                work,
                List.of(FakeWork.item("1"), FakeWork.item("one"), missing, broken, FakeWork.item("2")),
                NO_BORDER);
        assertThat(work.batches).containsExactly(List.of(1, 2));
        assertThat(results)
                .extracting(Result::error)
                .containsExactly(
                        null, "'one' is no number", "there is no such file", "cannot be read: I/O error", null);
        Result bad = results.get(1);
        assertThat(bad.sha256()).isEqualTo("7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed");
        assertThat(bad.width()).isNull();
        assertThat(results.get(2).sha256()).isNull();
        assertThat(results.get(0)).returns(3, Result::width).returns(2, Result::height);
    }

    @Test
    void nothingInIsNothingOut() {
        assertThat(all(new FakeWork(4, 2), List.of(), NO_BORDER)).isEmpty();
    }

    @Test
    void whatFailsBesideThePicturesIsThrownToWhoeverTakesTheResults() {
        FakeWork work = new FakeWork(2, 1) {
            @Override
            public List<Made> run(List<Integer> numbers) {
                throw new UnmaskException(Fault.UNAVAILABLE, "cuda:0 is lost");
            }
        };
        assertThatThrownBy(() -> all(work, FakeWork.items(9), NO_BORDER)).hasMessage("cuda:0 is lost");
        FakeWork failing = new FakeWork(2, 1) {
            @Override
            public Prepared<Integer> prepare(byte[] file) {
                throw new IllegalStateException("a bug");
            }
        };
        assertThatThrownBy(() -> all(failing, FakeWork.items(9), NO_BORDER)).hasMessage("a bug");
    }

    @Test
    void aListThatFailsIsThrownToo() {
        Iterator<Item> items = Stream.iterate(0, i -> i + 1)
                .map(i -> {
                    if (i == 5) {
                        throw new UnmaskException(Fault.UNAVAILABLE, "the list is gone");
                    }
                    return FakeWork.item(String.valueOf(i));
                })
                .iterator();
        try (Pipeline<Integer> pipeline = new Pipeline<>(new FakeWork(2, 1), items, NO_BORDER, 2, Listener.NONE)) {
            assertThatThrownBy(() -> pipeline.forEachRemaining(_ -> {})).hasMessage("the list is gone");
        }
    }

    @Test
    void onlyAWindowOfItemsIsTakenAheadOfTheResults() {
        AtomicInteger taken = new AtomicInteger();
        Iterator<Item> items = Stream.iterate(0, i -> i + 1)
                .peek(_ -> taken.incrementAndGet())
                .map(i -> FakeWork.item(String.valueOf(i)))
                .iterator();
        int most = 0;
        try (Pipeline<Integer> pipeline = new Pipeline<>(new FakeWork(4, 2), items, NO_BORDER, 2, Listener.NONE)) {
            for (int i = 0; i < 20_000; i++) {
                pipeline.next();
                most = Math.max(most, taken.get() - i);
            }
        }
        assertThat(most).isLessThan(100);
    }

    @Test
    void readingGoesOnWhileABatchRuns() throws InterruptedException {
        CountDownLatch ahead = new CountDownLatch(8);
        FakeWork work = new FakeWork(2, 1) {
            @Override
            public List<Made> run(List<Integer> numbers) {
                await(ahead); // would never return if the pictures of later batches were not prepared meanwhile
                return super.run(numbers);
            }

            @Override
            public Prepared<Integer> prepare(byte[] file) {
                ahead.countDown();
                return super.prepare(file);
            }
        };
        assertThat(all(work, FakeWork.items(20), NO_BORDER)).hasSize(20);
    }

    @Test
    void closingInTheMiddleEndsItsThreads() {
        FakeWork work = new FakeWork(2, 2);
        Pipeline<Integer> pipeline =
                new Pipeline<>(work, FakeWork.items(100_000).iterator(), NO_BORDER, 2, Listener.NONE);
        pipeline.next();
        pipeline.close();
        int ran = work.batches.size();
        assertThat(ran).isLessThan(50_000);
        assertThat(pipeline.hasNext()).isFalse();
        assertThat(work.batches).hasSize(ran);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<Result> all(FakeWork work, List<Item> items, int border) {
        List<Result> results = new ArrayList<>();
        try (Pipeline<Integer> pipeline = new Pipeline<>(work, items.iterator(), border, 3, Listener.NONE)) {
            pipeline.forEachRemaining(results::add);
        }
        return results;
    }

    private static Object score(Result result) {
        Made made = result.made();
        return made == null ? "none" : made.values().getFirst();
    }

    private static List<String> ids(int count) {
        return IntStream.range(0, count).mapToObj(i -> "id-" + i).toList();
    }

    private static List<Object> doubled(int count) {
        return IntStream.range(0, count).mapToObj(i -> (Object) (2.0 * i)).toList();
    }
}
