package dev.unmask.batch;

import static dev.unmask.batch.Rig.CLS;
import static dev.unmask.batch.Rig.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unmask.Answer;
import dev.unmask.Call;
import dev.unmask.Card;
import dev.unmask.DeviceLost;
import dev.unmask.Fault;
import dev.unmask.Model;
import dev.unmask.Output;
import dev.unmask.Row;
import dev.unmask.UnmaskException;
import dev.unmask.batch.Rig.Sent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Refusals, rejected batches, dying lanes and the end.
@Timeout(30)
class BatcherFaultTest {

    private static final Policy POLICY = new Policy(8, 8192, Duration.ZERO, 16);

    @Test
    void aFullQueueRefusesAtOnceWithItsFigures() throws Exception {
        try (Rig rig = new Rig(POLICY)) {
            rig.occupy(0);
            rig.send(rows(1, 13));
            assertThatThrownBy(() -> rig.batcher.run(rows(20, 25), CLS))
                    .isInstanceOfSatisfying(
                            UnmaskException.class,
                            refusal -> assertThat(refusal.fault()).isEqualTo(Fault.OVERLOADED))
                    .hasMessage("queue is full at 16 rows: 12 wait and 5 more came; retry in 1000 ms");
            assertThat(rig.refusals).containsEntry(Fault.OVERLOADED, 5);
            assertThat(rig.batcher.queuedRows()).isEqualTo(12);
            Sent fits = rig.send(rows(20, 24));
            rig.releaseAll();
            assertThat(fits.answer()).hasSize(4);
        }
    }

    @Test
    void aRequestThatNeverFitsIsInvalid() {
        try (Rig rig = new Rig(POLICY)) {
            assertThatThrownBy(() -> rig.batcher.run(rows(0, 17), CLS))
                    .isInstanceOfSatisfying(
                            UnmaskException.class,
                            refusal -> assertThat(refusal.fault()).isEqualTo(Fault.INVALID))
                    .hasMessage("17 rows are more than the 16 of the queue");
        }
    }

    @Test
    void theTimeToRetryFollowsFromThePaceOfTheLanes() throws Exception {
        try (Rig rig = new Rig(POLICY)) {
            assertThat(rig.batcher.retryAfter()).isEqualTo(Duration.ofSeconds(1));
            Sent first = rig.occupy(0);
            rig.clock.addAndGet(Duration.ofMillis(4).toNanos());
            rig.release(1);
            first.answer();
            rig.occupy(1);
            rig.send(rows(2, 18));
            assertThat(rig.batcher.retryAfter()).isEqualTo(Duration.ofMillis(64));
            assertThatThrownBy(() -> rig.batcher.run(rows(20, 21), CLS)).hasMessageEndingWith("retry in 64 ms");
        }
    }

    @Test
    void aDeadlineThatPassesInTheQueueEndsTheWait() throws Exception {
        try (Rig rig = new Rig(POLICY)) {
            rig.occupy(0);
            Sent late = rig.send(1, Call.until(5_000_000));
            Sent patient = rig.send(2);
            rig.clock.set(5_000_000);
            UnmaskException refusal = late.refusal(); // while the lane is still busy
            assertThat(refusal.fault()).isEqualTo(Fault.TIMEOUT);
            assertThat(refusal).hasMessage("deadline passed after 5 ms, before the work began");
            rig.release(2);
            assertThat(rig.nextRun()).containsExactly(2);
            assertThat(patient.answer()).containsExactly(2);
        }
    }

    @Test
    void aDeadlineThatHasPassedIsRefusedAtTheDoor() {
        try (Rig rig = new Rig(POLICY)) {
            assertThatThrownBy(() -> rig.batcher.run(rows(0, 1), CLS, Call.until(0)))
                    .isInstanceOfSatisfying(
                            UnmaskException.class,
                            refusal -> assertThat(refusal.fault()).isEqualTo(Fault.TIMEOUT));
            assertThat(rig.hasRunMore()).isFalse();
        }
    }

    @Test
    void workThatHasBegunIsAnsweredAfterItsDeadline() throws Exception {
        try (Rig rig = new Rig(POLICY)) {
            Sent begun = rig.send(1, Call.until(5_000_000));
            rig.nextRun();
            rig.clock.set(9_000_000);
            rig.release(1);
            assertThat(begun.answer()).containsExactly(1);
        }
    }

    @Test
    void callersWhoHungUpCostNothing() throws Exception {
        AtomicBoolean gone = new AtomicBoolean();
        try (Rig rig = new Rig(POLICY)) {
            rig.occupy(0);
            Sent abandoned = rig.send(1, abandonedWhen(gone));
            rig.send(2);
            gone.set(true);
            rig.release(1);
            assertThat(rig.nextRun()).containsExactly(2);
            assertThat(abandoned.refusal().fault()).isEqualTo(Fault.TIMEOUT);
        }
    }

    @Test
    void aCallerWhoCannotSayWhetherItWaitsSpoilsNothing() throws Exception {
        AtomicBoolean broken = new AtomicBoolean();
        Call call = new Call() {
            @Override
            public boolean abandoned() {
                if (broken.get()) {
                    throw new IllegalStateException("no idea");
                }
                return false;
            }
        };
        try (Rig rig = new Rig(POLICY)) {
            rig.occupy(0);
            Sent confused = rig.send(1, call);
            Sent sound = rig.send(2);
            broken.set(true);
            rig.releaseAll();
            assertThat(sound.answer()).containsExactly(2);
            assertThat(confused.refusal().fault()).isEqualTo(Fault.INTERNAL);
        }
    }

    @Test
    void anInterruptedCallerLeavesTheQueueAndStaysInterrupted() throws Exception {
        AtomicBoolean still = new AtomicBoolean();
        try (Rig rig = new Rig(POLICY)) {
            rig.occupy(0);
            Sent caller = Sent.start(() -> {
                try {
                    return Rig.ids(rig.batcher.run(rows(1, 3), CLS));
                } finally {
                    still.set(Thread.currentThread().isInterrupted());
                }
            });
            while (rig.batcher.queuedRows() < 2) {
                Thread.onSpinWait();
            }
            caller.thread().interrupt();
            assertThat(caller.refusal().fault()).isEqualTo(Fault.UNAVAILABLE);
            assertThat(still).isTrue();
            assertThat(rig.batcher.queuedRows()).isZero();
        }
    }

    @Test
    void anInterruptedCallerDoesNotWaitForARun() throws Exception {
        try (Rig rig = new Rig(POLICY)) {
            Sent running = rig.occupy(0);
            running.thread().interrupt();
            assertThat(running.refusal().fault()).isEqualTo(Fault.UNAVAILABLE);
        }
    }

    @Test
    void aFailingRowFailsAlone() throws Exception {
        try (Rig rig = new Rig(POLICY, 1, rejecting(2))) {
            rig.occupy(0);
            Sent before = rig.send(1);
            Sent bad = rig.send(2);
            Sent after = rig.send(rows(3, 6));
            rig.releaseAll();
            assertThat(before.answer()).containsExactly(1);
            assertThat(after.answer()).containsExactly(3, 4, 5);
            assertThat(bad.refusal().fault()).isEqualTo(Fault.INTERNAL);
            assertThat(bad.refusal()).hasRootCauseMessage("row 2");
            assertThat(rig.nextRuns(4))
                    .containsExactly(List.of(1, 2, 3, 4, 5), List.of(1), List.of(2), List.of(3, 4, 5));
            assertThat(rig.batcher.liveLanes()).isOne();
        }
    }

    @Test
    void aRequestFailsWholeAndIsNotRunFurther() throws Exception {
        try (Rig rig = new Rig(POLICY, 1, rejecting(2))) {
            rig.occupy(0);
            Sent large = rig.send(rows(1, 15));
            Sent next = rig.send(20);
            rig.releaseAll();
            assertThat(large.refusal().fault()).isEqualTo(Fault.INTERNAL);
            assertThat(next.answer()).containsExactly(20);
            assertThat(rig.nextRuns(3))
                    .containsExactly(List.of(1, 2, 20, 3, 4, 5, 6, 7), List.of(1, 2, 3, 4, 5, 6, 7), List.of(20));
        }
    }

    @Test
    void aRejectionThatHoldsForEveryRowIsNotTriedAgain() throws Exception {
        Consumer<List<Integer>> unloaded = ids -> {
            if (!ids.contains(0)) {
                throw new UnmaskException(Fault.UNAVAILABLE, "tiny was unloaded");
            }
        };
        try (Rig rig = new Rig(POLICY, 1, unloaded)) {
            rig.occupy(0);
            Sent one = rig.send(1);
            Sent two = rig.send(2);
            rig.releaseAll();
            assertThat(one.refusal()).hasMessage("tiny was unloaded");
            assertThat(two.refusal().fault()).isEqualTo(Fault.UNAVAILABLE);
            assertThat(two.refusal()).isNotSameAs(one.refusal());
            assertThat(rig.nextRun()).containsExactly(1, 2);
            assertThat(rig.hasRunMore()).isFalse();
        }
    }

    @Test
    void aBatchThatDoesNotFitIntoMemoryIsRunApart() throws Exception {
        Consumer<List<Integer>> cramped = ids -> {
            if (ids.size() > 1) {
                throw new OutOfMemoryError("cannot reserve direct buffer memory");
            }
        };
        try (Rig rig = new Rig(POLICY, 1, cramped)) {
            rig.occupy(0);
            Sent one = rig.send(1);
            Sent two = rig.send(2);
            rig.releaseAll();
            assertThat(one.answer()).containsExactly(1);
            assertThat(two.answer()).containsExactly(2);
            assertThat(rig.batcher.liveLanes()).isOne();
        }
    }

    @Test
    void aModelThatForgetsARowIsAFailure() {
        Model forgetful = new Model() {
            @Override
            public Card card() {
                return Rig.card(CLS);
            }

            @Override
            public List<Answer> run(List<Row> rows, Set<Output> wanted) {
                return List.of();
            }
        };
        try (Batcher batcher = Batcher.start(List.of(forgetful), POLICY, Listener.NONE)) {
            assertThatThrownBy(() -> batcher.run(rows(0, 1), CLS))
                    .isInstanceOfSatisfying(
                            UnmaskException.class,
                            refusal -> assertThat(refusal.fault()).isEqualTo(Fault.INTERNAL))
                    .hasRootCauseMessage("0 answers for 1 rows");
        }
    }

    @Test
    void aDyingLaneFailsItsBatchAndTheOthersGoOn() throws Exception {
        try (Rig rig = new Rig(POLICY, 2, dyingOf(1))) {
            Sent doomed = rig.occupy(1);
            Sent sound = rig.occupy(2);
            Sent waiting = rig.send(3);
            rig.releaseAll();
            assertThat(doomed.refusal().fault()).isEqualTo(Fault.INTERNAL);
            assertThat(doomed.refusal()).hasRootCauseInstanceOf(LinkageError.class);
            assertThat(sound.answer()).containsExactly(2);
            assertThat(waiting.answer()).containsExactly(3);
            while (rig.deaths.get() == 0) {
                Thread.onSpinWait();
            }
            assertThat(rig.batcher.liveLanes()).isOne();
        }
    }

    @Test
    void callersOfALostDeviceAreToldSoAndTheOthersGoOn() throws Exception {
        try (Rig rig = new Rig(POLICY, 2, losingWith(1))) {
            Sent doomed = rig.occupy(1);
            Sent sound = rig.occupy(2);
            assertThat(rig.batcher.death()).isEmpty();
            rig.releaseAll();
            assertThat(doomed.refusal().fault()).isEqualTo(Fault.UNAVAILABLE);
            assertThat(doomed.refusal()).hasMessage("cuda:0 is lost");
            assertThat(sound.answer()).containsExactly(2);
            while (rig.deaths.get() == 0) {
                Thread.onSpinWait();
            }
            assertThat(rig.batcher.death()).contains("cuda:0 is lost");
            assertThat(rig.send(3).answer()).containsExactly(3);
        }
    }

    @Test
    void whenEveryDeviceIsLostCallersAreToldOfTheLast() throws Exception {
        try (Rig rig = new Rig(POLICY, 1, losingWith(1))) {
            rig.occupy(1);
            Sent waiting = rig.send(rows(2, 6));
            rig.release(1);
            assertThat(waiting.refusal()).hasMessage("every lane of tiny has died: cuda:0 is lost");
            assertThat(waiting.refusal().fault()).isEqualTo(Fault.UNAVAILABLE);
            assertThatThrownBy(() -> rig.batcher.run(rows(0, 1), CLS))
                    .hasMessage("every lane of tiny has died: cuda:0 is lost");
        }
    }

    @Test
    void aLaneThatIsLeftInterruptedGoesOn() throws Exception {
        try (Rig rig = new Rig(POLICY, 1, _ -> Thread.currentThread().interrupt())) {
            rig.releaseAll();
            assertThat(rig.send(1).answer()).containsExactly(1);
            assertThat(rig.send(2).answer()).containsExactly(2);
            assertThat(rig.batcher.liveLanes()).isOne();
        }
    }

    @Test
    void theLastLanesDeathLeavesNobodyWaiting() throws Exception {
        try (Rig rig = new Rig(POLICY, 1, dyingOf(1))) {
            Sent doomed = rig.occupy(1);
            Sent waiting = rig.send(rows(2, 6));
            rig.release(1);
            assertThat(doomed.refusal().fault()).isEqualTo(Fault.INTERNAL);
            assertThat(waiting.refusal().fault()).isEqualTo(Fault.UNAVAILABLE);
            assertThat(rig.batcher.liveLanes()).isZero();
            assertThat(rig.batcher.queuedRows()).isZero();
            assertThatThrownBy(() -> rig.batcher.run(rows(0, 1), CLS)).hasMessage("every lane of tiny has died");
            assertThat(rig.batcher.drain(Duration.ZERO)).isTrue();
        }
    }

    @Test
    void drainingFinishesWhatWasAcceptedAndRefusesTheRest() throws Exception {
        try (Rig rig = new Rig(new Policy(8, 8192, Duration.ofMinutes(1), 16))) {
            List<Sent> accepted = new ArrayList<>(List.of(rig.send(rows(0, 8)), rig.send(rows(8, 11))));
            rig.nextRun();
            Sent drained = Sent.start(() -> List.of(rig.batcher.drain(Duration.ofSeconds(20)) ? 1 : 0));
            awaitDraining(rig);
            rig.releaseAll();
            assertThat(drained.answer()).containsExactly(1);
            for (Sent sent : accepted) {
                assertThat(sent.answer()).isNotEmpty();
            }
            assertThatThrownBy(() -> rig.batcher.run(rows(0, 1), CLS)).hasMessage("the service is draining");
            assertThat(rig.batcher.liveLanes()).isZero();
        }
    }

    @Test
    void whenTheGraceIsSpentNobodyWaitsForAnEngineThatHangs() throws Exception {
        try (Rig rig = new Rig(POLICY)) {
            Sent running = rig.occupy(0);
            Sent waiting = rig.send(rows(1, 4));
            assertThat(rig.batcher.drain(Duration.ZERO)).isFalse();
            assertThat(running.refusal().fault()).isEqualTo(Fault.UNAVAILABLE);
            assertThat(waiting.refusal()).hasMessage("the grace for draining is spent");
            assertThat(rig.batcher.liveLanes()).isOne();
            rig.releaseAll();
            rig.batcher.close();
            assertThat(rig.batcher.liveLanes()).isZero();
        }
    }

    @Test
    void anInterruptedDrainCountsAsSpent() throws Exception {
        try (Rig rig = new Rig(POLICY)) {
            Sent running = rig.occupy(0);
            Thread.currentThread().interrupt();
            assertThat(rig.batcher.drain(Duration.ofSeconds(20))).isFalse();
            assertThat(Thread.interrupted()).isTrue();
            assertThat(running.refusal().fault()).isEqualTo(Fault.UNAVAILABLE);
        }
    }

    @Test
    void aBatcherWithoutLanesIsRefused() {
        assertThatThrownBy(() -> Batcher.start(List.of(), POLICY, Listener.NONE))
                .hasMessage("a batcher needs at least one lane");
    }

    private static Call abandonedWhen(AtomicBoolean gone) {
        return new Call() {
            @Override
            public boolean abandoned() {
                return gone.get();
            }
        };
    }

    /// Waits until newcomers are refused. Probes with a request that the queue could not hold anyway.
    private static void awaitDraining(Rig rig) {
        Fault fault = Fault.INVALID;
        while (fault != Fault.UNAVAILABLE) {
            try {
                rig.batcher.run(rows(0, 17), CLS);
            } catch (UnmaskException refusal) {
                fault = refusal.fault();
            }
        }
    }

    private static Consumer<List<Integer>> rejecting(int bad) {
        return ids -> {
            if (ids.contains(bad)) {
                throw new IllegalStateException("row " + bad);
            }
        };
    }

    /// An engine whose device is lost over one row.
    private static Consumer<List<Integer>> losingWith(int bad) {
        return ids -> {
            if (ids.contains(bad)) {
                throw new DeviceLost("cuda:0 is lost", null);
            }
        };
    }

    private static Consumer<List<Integer>> dyingOf(int bad) {
        return ids -> {
            if (ids.contains(bad)) {
                throw new LinkageError("row " + bad);
            }
        };
    }
}
