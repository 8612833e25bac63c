package dev.unmask.batch;

import static dev.unmask.batch.Rig.CLS;
import static dev.unmask.batch.Rig.row;
import static dev.unmask.batch.Rig.rows;
import static dev.unmask.batch.Rig.urgent;
import static org.assertj.core.api.Assertions.assertThat;

import dev.unmask.Call;
import dev.unmask.batch.Rig.Sent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Who is served before whom.
@Timeout(30)
class PriorityTest {

    private static final int QUEUE = 16;
    private static final Policy ONE_BY_ONE = new Policy(1, 8192, Duration.ZERO, QUEUE);

    @Test
    void theUrgentPassAllWhoWaitAndEqualsKeepTheirOrder() throws Exception {
        try (Rig rig = new Rig(ONE_BY_ONE)) {
            rig.occupy(0);
            rig.send(1, 3);
            rig.send(2);
            rig.send(3, 3);
            rig.send(4);
            rig.send(5, 1);
            rig.send(6, 2);
            rig.send(7, 1);
            rig.releaseAll();
            assertThat(rig.nextRuns(7)).flatMap(run -> run).containsExactly(5, 7, 2, 4, 6, 1, 3);
        }
    }

    @Test
    void theUrgentPassALargeRequestThatWaits() throws Exception {
        try (Rig rig = new Rig(new Policy(4, 8192, Duration.ZERO, QUEUE))) {
            rig.occupy(0);
            rig.send(rows(10, 18));
            rig.send(rows(20, 24), CLS, urgent(1));
            rig.releaseAll();
            assertThat(rig.nextRuns(3))
                    .containsExactly(List.of(20, 21, 22, 23), List.of(10, 11, 12, 13), List.of(14, 15, 16, 17));
        }
    }

    @Test
    void aLineWhoseHeadIsUrgentIsServedBeforeOthers() throws Exception {
        try (Rig rig = new Rig(new Policy(8, 8192, Duration.ZERO, QUEUE))) {
            rig.occupy(0);
            rig.send(row(1, 5));
            rig.send(row(2, 6));
            rig.send(List.of(row(3, 6)), CLS, urgent(1));
            rig.releaseAll();
            assertThat(rig.nextRuns(2)).containsExactly(List.of(3, 2), List.of(1));
        }
    }

    /// One urgent row comes for each that is served, for ever.
    @Test
    void onlySoManyPassThePatient() throws Exception {
        try (Rig rig = new Rig(ONE_BY_ONE)) {
            rig.occupy(0);
            Sent patient = rig.send(-1, Call.PRIORITIES);
            List<Integer> served = new ArrayList<>();
            for (int id = 1; !served.contains(-1) && id <= 10 * QUEUE; id++) {
                rig.send(id, 1);
                rig.release(1);
                served.addAll(rig.nextRun());
            }
            assertThat(served).hasSize((Call.PRIORITIES - 1) * QUEUE).endsWith(-1);
            rig.releaseAll();
            assertThat(patient.answer()).containsExactly(-1);
        }
    }
}
