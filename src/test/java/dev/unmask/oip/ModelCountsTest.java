package dev.unmask.oip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unmask.Call.Share;
import dev.unmask.UnmaskException;
import dev.unmask.door.Exchange;
import dev.unmask.door.Head;
import dev.unmask.oip.ModelStatistics.Batch;
import dev.unmask.oip.ModelStatistics.Duration;
import dev.unmask.oip.ModelStatistics.Inferences;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Rows are counted whole and batches by the share that was a model's.
class ModelCountsTest {

    private final ModelCounts counts = new ModelCounts("m");

    @Test
    void aModelThatNobodyUsedHasCountedNothing() {
        ModelStatistics told = counts.told();
        assertThat(told.name()).isEqualTo("m");
        assertThat(told.version()).isEqualTo("1");
        assertThat(told.lastInference()).isZero();
        assertThat(told.inferenceStats())
                .isEqualTo(new Inferences(
                        Duration.NONE,
                        Duration.NONE,
                        Duration.NONE,
                        Duration.NONE,
                        Duration.NONE,
                        Duration.NONE,
                        Duration.NONE,
                        Duration.NONE));
        assertThat(told.batchStats()).isEmpty();
    }

    @Test
    void batchesThatOthersShareAreCountedInPart() {
        answer(new Share(1, 4, 1000));
        answer(new Share(3, 4, 1000));
        answer(new Share(2, 4, 1000), new Share(5, 5, 700));
        ModelStatistics told = counts.told();
        assertThat(told.inferenceCount()).isEqualTo(1 + 3 + 2 + 5);
        assertThat(told.executionCount()).as("1/4 + 3/4 + 2/4 + 1, rounded").isEqualTo(3);
        assertThat(told.batchStats()).extracting(Batch::batchSize).containsExactly(4, 5);
        assertThat(told.batchStats())
                .extracting(batch -> batch.computeInfer().ns())
                .as("of each batch the part that was this model's")
                .containsExactly(1500L, 700L);
    }

    @Test
    void everyAnsweredRequestIsCountedInEveryPhase() {
        answer(new Share(1, 1, 10));
        answer(); // whose outputs needed no run
        Inferences told = counts.told().inferenceStats();
        assertThat(List.of(
                        told.success(), told.queue(), told.computeInput(), told.computeInfer(), told.computeOutput()))
                .extracting(Duration::count)
                .containsOnly(2L);
        assertThat(counts.told().inferenceCount()).isEqualTo(1);
        assertThat(counts.told().lastInference()).isPositive();
    }

    @Test
    void refusalsAreCountedAlone() {
        assertThatThrownBy(() -> counts.count(exchange(), () -> {
                    throw UnmaskException.invalid("no");
                }))
                .hasMessage("no");
        assertThat(counts.told().inferenceStats().fail().count()).isEqualTo(1);
        assertThat(counts.told().inferenceStats().success().count()).isZero();
        assertThat(counts.told().inferenceStats().queue().count()).isZero();
        assertThat(counts.told().lastInference()).isZero();
    }

    /// perf_analyzer ends where they differ.
    @Test
    @Timeout(20)
    void theCountsOfOneTellingAreEqualWhateverHappensMeanwhile() throws InterruptedException {
        AtomicBoolean going = new AtomicBoolean(true);
        List<Thread> callers = IntStream.range(0, 2)
                .mapToObj(_ -> Thread.startVirtualThread(() -> {
                    while (going.get()) {
                        answer(new Share(1, 2, 10));
                    }
                }))
                .toList();
        for (int i = 0; i < 5_000; i++) {
            ModelStatistics told = counts.told();
            Inferences phases = told.inferenceStats();
            assertThat(List.of(phases.queue(), phases.computeInput(), phases.computeInfer(), phases.computeOutput()))
                    .extracting(Duration::count)
                    .containsOnly(phases.success().count());
            assertThat(told.inferenceCount()).isEqualTo(phases.success().count());
        }
        going.set(false);
        for (Thread caller : callers) {
            caller.join();
        }
    }

    private void answer(Share... shares) {
        Exchange exchange = exchange();
        counts.count(exchange, () -> {
            if (shares.length > 0) {
                exchange.served(1, 2, List.of(shares));
            }
            return "done";
        });
    }

    private static Exchange exchange() {
        return new Exchange(new Nobody(), java.time.Duration.ofSeconds(1));
    }

    /// A request that came from nowhere.
    private record Nobody() implements Head {

        @Override
        public Protocol protocol() {
            return Protocol.HTTP;
        }

        @Override
        public String method() {
            return "POST";
        }

        @Override
        public String path() {
            return "/";
        }

        @Override
        public String route() {
            return "/";
        }

        @Override
        public Iterable<String> headers() {
            return List.of();
        }

        @Override
        public @Nullable String header(String name) {
            return null;
        }

        @Override
        public boolean isGone() {
            return false;
        }
    }
}
