package dev.unmask.batch;

import static dev.unmask.batch.Rig.CLS;
import static dev.unmask.batch.Rig.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unmask.Admission;
import dev.unmask.Call;
import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Places that are kept for rows still to come.
@Timeout(30)
class AdmissionTest {

    private static final Policy POLICY = new Policy(4, 1 << 20, Duration.ZERO, 8);
    private static final Call GONE = new Call() {
        @Override
        public boolean abandoned() {
            return true;
        }
    };

    @Test
    void whoWasAdmittedFindsRoomAndOthersDoNot() throws Exception {
        try (Rig rig = new Rig(POLICY);
                Admission admission = rig.batcher.admit(Call.PATIENT, 6)) {
            rig.releaseAll();
            assertRefused(rig, 3, Fault.OVERLOADED, "queue is full at 8 rows: 6 wait and 3 more came");
            assertThat(Rig.ids(admission.model().run(rows(0, 4), CLS))).containsExactly(0, 1, 2, 3);
            assertThat(rig.batcher.queuedRows()).isEqualTo(2);
            assertThat(Rig.ids(admission.model().run(rows(4, 6), CLS))).containsExactly(4, 5);
            assertThat(rig.batcher.queuedRows()).isZero();
        }
    }

    @Test
    void placesThatWereNotUsedAreGivenBackOnce() {
        try (Rig rig = new Rig(POLICY)) {
            Admission admission = rig.batcher.admit(Call.PATIENT, 8);
            admission.close();
            admission.close();
            assertThat(rig.batcher.queuedRows()).isZero();
            rig.batcher.admit(Call.PATIENT, 8).close();
        }
    }

    @Test
    void moreRowsThanWereAnnouncedQueueLikeAnyOthers() throws Exception {
        try (Rig rig = new Rig(POLICY);
                Admission admission = rig.batcher.admit(Call.PATIENT, 1)) {
            rig.releaseAll();
            assertThat(Rig.ids(admission.model().run(rows(0, 3), CLS))).containsExactly(0, 1, 2);
            assertThat(rig.batcher.queuedRows()).isZero();
        }
    }

    @Test
    void whoComesAloneWaitsForNoCompany() throws Exception {
        try (Rig rig = new Rig(new Policy(4, 1 << 20, Duration.ofSeconds(50), 8));
                Admission admission = rig.batcher.admit(Call.PATIENT, 1)) {
            rig.releaseAll();
            assertThat(Rig.ids(admission.model().run(rows(0, 1), CLS))).containsExactly(0);
        }
    }

    @Test
    void whoKnowsOfCompanyOnItsWayWaitsForIt() throws Exception {
        try (Rig rig = new Rig(new Policy(2, 1 << 20, Duration.ofSeconds(50), 8));
                Admission first = rig.batcher.admit(Call.PATIENT, 1);
                Admission second = rig.batcher.admit(Call.PATIENT, 1)) {
            rig.releaseAll();
            Rig.Sent waiting = Rig.Sent.start(() -> Rig.ids(first.model().run(rows(0, 1), CLS)));
            rig.queued();
            assertThat(Rig.ids(second.model().run(rows(1, 2), CLS))).containsExactly(1);
            assertThat(rig.nextRun()).containsExactly(0, 1);
            assertThat(waiting.answer()).containsExactly(0);
        }
    }

    @Test
    void nobodyIsAdmittedForAnAnswerThatComesTooLateOrToNobody() {
        try (Rig rig = new Rig(POLICY)) {
            rig.clock.set(5);
            assertThatThrownBy(() -> rig.batcher.admit(Call.until(5), 1))
                    .hasMessage("deadline passed before the work began");
            assertThatThrownBy(() -> rig.batcher.admit(GONE, 1)).hasMessage("the caller hung up before the work began");
            assertRefused(rig, 9, Fault.INVALID, "9 rows are more than the 8 of the queue");
            assertThat(rig.batcher.queuedRows()).isZero();
            assertThat(rig.refusals).containsEntry(Fault.TIMEOUT, 2).containsEntry(Fault.INVALID, 9);
        }
    }

    @Test
    void drainingFinishesWhatWasAdmitted() throws Exception {
        try (Rig rig = new Rig(POLICY)) {
            rig.releaseAll();
            Admission used = rig.batcher.admit(Call.PATIENT, 1);
            Admission unused = rig.batcher.admit(Call.PATIENT, 1);
            Thread draining = Thread.startVirtualThread(rig.batcher::close);
            while (!refuses(rig)) {
                Thread.onSpinWait();
            }
            assertThat(Rig.ids(used.model().run(rows(1, 2), CLS))).containsExactly(1);
            assertThat(draining.isAlive()).isTrue();
            unused.close();
            draining.join();
        }
    }

    @Test
    void whenTheGraceIsSpentTheAdmittedAreRefusedToo() {
        try (Rig rig = new Rig(POLICY);
                Admission admission = rig.batcher.admit(Call.PATIENT, 1)) {
            assertThat(rig.batcher.drain(Duration.ZERO)).isFalse();
            assertThatThrownBy(() -> admission.model().run(List.of(Rig.row(1)), CLS))
                    .isInstanceOf(UnmaskException.class);
        }
    }

    private static boolean refuses(Rig rig) {
        try {
            rig.batcher.admit(Call.PATIENT, 1).close();
            return false;
        } catch (UnmaskException refusal) {
            assertThat(refusal).hasMessage("the service is draining");
            return true;
        }
    }

    private static void assertRefused(Rig rig, int rows, Fault fault, String message) {
        assertThatThrownBy(() -> rig.batcher.admit(Call.PATIENT, rows))
                .hasMessageContaining(message)
                .asInstanceOf(InstanceOfAssertFactories.type(UnmaskException.class))
                .extracting(UnmaskException::fault)
                .isEqualTo(fault);
    }
}
