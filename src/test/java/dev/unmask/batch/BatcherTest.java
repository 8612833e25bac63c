package dev.unmask.batch;

import static dev.unmask.batch.Rig.CLS;
import static dev.unmask.batch.Rig.row;
import static dev.unmask.batch.Rig.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unmask.Call;
import dev.unmask.Mask;
import dev.unmask.Output;
import dev.unmask.Row;
import dev.unmask.Tensor;
import dev.unmask.batch.Rig.Sent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Which rows share a run, in which order, and who gets which answer.
@Timeout(30)
class BatcherTest {

    private static final Duration LONG = Duration.ofMinutes(1); // longer than a test may take

    @Test
    void aRowAloneIsAnsweredWithoutADelay() throws Exception {
        try (Rig rig = new Rig(policy(8, Duration.ZERO))) {
            rig.releaseAll();
            assertThat(rig.send(7).answer()).containsExactly(7);
            rig.batcher.close();
            assertThat(rig.runTokens).containsExactly(5); // 1 row of 4 patches and the class token
        }
    }

    @Test
    void aBatchGrowsWhileTheLaneIsBusy() throws Exception {
        try (Rig rig = new Rig(policy(8, Duration.ZERO))) {
            rig.occupy(0);
            for (int id = 1; id <= 5; id++) {
                rig.send(id);
            }
            rig.release(1);
            assertThat(rig.nextRun()).containsExactly(1, 2, 3, 4, 5);
        }
    }

    @Test
    void aBatchEndsAtMaxRows() throws Exception {
        try (Rig rig = new Rig(policy(2, Duration.ZERO))) {
            rig.occupy(0);
            for (int id = 1; id <= 5; id++) {
                rig.send(id);
            }
            rig.releaseAll();
            assertThat(rig.nextRuns(3)).containsExactly(List.of(1, 2), List.of(3, 4), List.of(5));
        }
    }

    @Test
    void aBatchEndsAtMaxTokens() throws Exception {
        try (Rig rig = new Rig(new Policy(8, 30, Duration.ZERO, 64))) {
            rig.occupy(0);
            for (int id = 1; id <= 4; id++) {
                rig.send(row(id, 9)); // 10 tokens
            }
            rig.send(row(5, 16)); // 17 tokens: no two of them fit
            rig.send(row(6, 16));
            rig.releaseAll();
            assertThat(rig.nextRuns(4)).containsExactly(List.of(1, 2, 3), List.of(4), List.of(5), List.of(6));
        }
    }

    @Test
    void onlyRowsOfOneGroupShareARun() throws Exception {
        try (Rig rig = new Rig(policy(8, Duration.ZERO))) {
            rig.occupy(0);
            rig.send(row(1, 4));
            rig.send(row(2, 5));
            rig.send(bytes(3, 1));
            rig.send(List.of(row(4, 4)), Set.of(Output.MEAN), Call.PATIENT);
            rig.send(bytes(5, 2));
            rig.send(row(6, 4));
            rig.send(row(7, 5));
            rig.send(List.of(row(8, 4)), Set.of(Output.MEAN), Call.PATIENT);
            rig.releaseAll();
            assertThat(rig.nextRuns(5))
                    .containsExactly(List.of(1, 6), List.of(2, 7), List.of(3), List.of(4, 8), List.of(5));
        }
    }

    @Test
    void latentsAndPicturesOfAsManyValuesShareNoRun() throws Exception {
        try (Rig rig = new Rig(policy(8, Duration.ZERO))) {
            rig.occupy(0);
            Mask mask = row(1).mask();
            rig.send(row(1));
            rig.send(new Row(Tensor.of(new float[] {2}, 1, 1), mask));
            rig.send(row(3));
            rig.send(new Row(Tensor.of(new float[] {4}, 1, 1), mask));
            rig.releaseAll();
            assertThat(rig.nextRuns(2)).containsExactly(List.of(1, 3), List.of(2, 4));
        }
    }

    @Test
    void anIdleLaneWaitsForCompanyUntilTheOldestRowsDelayIsSpent() throws Exception {
        try (Rig rig = new Rig(policy(8, LONG))) {
            rig.send(1);
            rig.clock.addAndGet(LONG.toNanos() - 1);
            rig.send(2);
            rig.send(3);
            assertThat(rig.hasRunMore()).isFalse();
            rig.clock.addAndGet(1);
            rig.send(row(4, 5)); // wakes the lane, whose own clock does not know ours
            assertThat(rig.nextRun()).containsExactly(1, 2, 3);
        }
    }

    @Test
    void aFullBatchDoesNotWaitForTheDelay() throws Exception {
        try (Rig rig = new Rig(policy(2, LONG))) {
            rig.send(1);
            rig.send(2);
            assertThat(rig.nextRun()).containsExactly(1, 2);
        }
    }

    @Test
    void aDelayTakesNoMoreThanHalfOfWhatTheDeadlineLeaves() throws Exception {
        try (Rig rig = new Rig(policy(8, LONG))) {
            rig.releaseAll();
            long deadline = Duration.ofMillis(2).toNanos();
            Sent hasty = rig.send(1, Call.until(deadline));
            rig.clock.set(deadline / 2);
            assertThat(hasty.answer()).containsExactly(1);
        }
    }

    @Test
    void aSecondLaneTakesWhatTheFirstHasNoTimeFor() throws Exception {
        try (Rig rig = new Rig(policy(8, Duration.ZERO), 2, _ -> {})) {
            rig.occupy(1);
            rig.occupy(2);
            assertThat(rig.batcher.liveLanes()).isEqualTo(2);
        }
    }

    @Test
    void aLaneThatTakesABatchWakesAnotherForTheRest() throws Exception {
        try (Rig rig = new Rig(policy(4, LONG), 3, _ -> {})) {
            rig.send(rows(0, 12));
            assertThat(rig.nextRuns(3)).allSatisfy(run -> assertThat(run).hasSize(4));
        }
    }

    @Test
    void aRequestLargerThanABatchIsSpreadAndAnsweredWhole() throws Exception {
        try (Rig rig = new Rig(policy(4, Duration.ZERO), 2, _ -> {})) {
            Sent large = rig.send(rows(0, 10));
            rig.releaseAll();
            assertThat(rig.nextRuns(3)).extracting(List::size).containsExactlyInAnyOrder(4, 4, 2);
            assertThat(large.answer()).isEqualTo(IntStream.range(0, 10).boxed().toList());
        }
    }

    @Test
    void singleRowsPassALargeRequest() throws Exception {
        try (Rig rig = new Rig(policy(8, Duration.ZERO))) {
            rig.occupy(-1);
            rig.send(rows(0, 64));
            Sent first = rig.send(100);
            Sent second = rig.send(101);
            rig.release(2);
            assertThat(rig.nextRun()).containsExactly(0, 1, 100, 2, 101, 3, 4, 5);
            assertThat(first.answer()).containsExactly(100);
            assertThat(second.answer()).containsExactly(101);
            assertThat(rig.nextRun()).containsExactly(6, 7, 8, 9, 10, 11, 12, 13);
            rig.send(102);
            rig.release(1);
            assertThat(rig.nextRun()).containsExactly(102, 14, 15, 16, 17, 18, 19, 20);
        }
    }

    @Test
    void singleRowsOfAnotherGroupPassALargeRequest() throws Exception {
        try (Rig rig = new Rig(policy(8, Duration.ZERO))) {
            rig.occupy(-1);
            rig.send(rows(0, 64));
            rig.send(row(100, 9));
            rig.releaseAll();
            assertThat(rig.nextRuns(2).getLast()).containsExactly(100);
        }
    }

    @Test
    void aLargeRequestIsNotHeldUpForEverByAStreamOfSingleRows() throws Exception {
        try (Rig rig = new Rig(policy(4, Duration.ZERO))) {
            rig.occupy(-1);
            Sent large = rig.send(rows(0, 16));
            int id = 100;
            for (int run = 0; !large.isDone() && run < 16; run++) {
                for (int i = 0; i < 4; i++) { // as many newcomers as a batch takes
                    rig.send(id++);
                }
                rig.release(1);
                rig.nextRun();
            }
            rig.release(1);
            assertThat(large.answer()).hasSize(16);
            assertThat(rig.batcher.queuedRows()).isPositive();
        }
    }

    @Test
    void theSameArrivalsGiveTheSameBatches() throws Exception {
        assertThat(script()).isEqualTo(script());
    }

    @Test
    void showsItsLanesCardAndRefusesWhatThatCannotGive() {
        try (Rig rig = new Rig(policy(8, Duration.ZERO))) {
            assertThat(rig.batcher.card().name()).isEqualTo("tiny");
            assertThatThrownBy(() -> rig.batcher.run(rows(0, 1), Set.of(Output.LOGITS)))
                    .hasMessageContaining("is no classifier");
            assertThat(rig.batcher.run(List.of(), CLS)).isEmpty();
            assertThatThrownBy(() -> rig.batcher.run(List.of(row(1, 4), row(2, 5)), CLS))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void tellsACallerWhereTheTimeWent() throws Exception {
        List<Long> spent = new ArrayList<>();
        Call call = new Call() {
            @Override
            public void served(long queue, long run, List<Share> shares) {
                spent.addAll(List.of(queue, run));
            }
        };
        try (Rig rig = new Rig(policy(8, Duration.ZERO))) {
            rig.occupy(0);
            Sent answer = Sent.start(() -> Rig.ids(rig.batcher.run(rows(1, 2), CLS, call)));
            while (rig.batcher.queuedRows() == 0) {
                Thread.onSpinWait();
            }
            rig.clock.addAndGet(30);
            rig.release(1);
            rig.nextRun();
            assertThat(rig.waits).containsExactly(0L, 30L);
            rig.clock.addAndGet(12);
            rig.release(1);
            assertThat(answer.answer()).containsExactly(1);
            assertThat(spent).containsExactly(30L, 12L);
        }
    }

    private static List<List<Integer>> script() throws InterruptedException {
        try (Rig rig = new Rig(policy(4, Duration.ZERO))) {
            rig.occupy(-1);
            rig.send(rows(0, 9));
            for (int id = 10; id < 20; id++) {
                rig.send(row(id, 4 + id % 3));
            }
            rig.send(rows(20, 27));
            rig.releaseAll();
            List<List<Integer>> runs = rig.nextRuns(7);
            assertThat(runs.stream().mapToInt(List::size).sum()).isEqualTo(26);
            return runs;
        }
    }

    private static Row bytes(int id, int side) {
        byte[] pixels = new byte[side * side];
        pixels[0] = (byte) id;
        return new Row(Tensor.of(pixels, side, side, 1), Mask.keeping(Rig.GRID, 4, new float[Rig.GRID.patches()]));
    }

    private static Policy policy(int maxRows, Duration maxDelay) {
        return new Policy(maxRows, 8192, maxDelay, 512);
    }
}
