package dev.unmask.batch;

import static dev.unmask.batch.Rig.CLS;
import static dev.unmask.batch.Rig.rows;
import static org.assertj.core.api.Assertions.assertThat;

import dev.unmask.Call;
import dev.unmask.Call.Share;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What a caller is told of the batches that answered it.
@Timeout(30)
class SharesTest {

    private static final Policy POLICY = new Policy(8, 8192, Duration.ZERO, 64);

    @Test
    void aRowSharesTheBatchOfItsCompany() throws Exception {
        try (Rig rig = new Rig(POLICY)) {
            Told one = new Told();
            Told three = new Told();
            rig.occupy(0);
            rig.send(1, one);
            rig.send(rows(2, 5), CLS, three);
            rig.release(1);
            assertThat(rig.nextRun()).containsExactly(1, 2, 3, 4);
            rig.clock.addAndGet(7);
            rig.release(1);
            assertThat(one.shares()).containsExactly(new Share(1, 4, 7));
            assertThat(three.shares()).containsExactly(new Share(3, 4, 7));
        }
    }

    @Test
    void aLargeRequestHasAShareOfEachOfItsBatches() throws Exception {
        try (Rig rig = new Rig(POLICY)) {
            Told large = new Told();
            rig.occupy(0);
            rig.send(rows(100, 120), CLS, large);
            rig.send(1);
            for (int run = 1; run <= 3; run++) {
                rig.release(1);
                rig.nextRun();
                rig.clock.addAndGet(10L * run);
            }
            rig.release(1);
            assertThat(large.shares()).containsExactly(new Share(7, 8, 10), new Share(8, 8, 20), new Share(5, 5, 30));
        }
    }

    /// The batch is rejected; each caller is told of the run that answered it alone.
    @Test
    void aBatchThatWasRejectedGivesNobodyAShare() throws Exception {
        try (Rig rig = new Rig(POLICY, 1, SharesTest::fail)) {
            Told one = new Told();
            Told two = new Told();
            rig.occupy(0);
            rig.send(1, one);
            rig.send(rows(2, 4), CLS, two);
            rig.release(1);
            for (List<Integer> run : List.of(List.of(1, 2, 3), List.of(1), List.of(2, 3))) {
                assertThat(rig.nextRun()).isEqualTo(run);
                rig.clock.addAndGet(10L * run.size());
                rig.release(1);
            }
            assertThat(one.shares()).containsExactly(new Share(1, 1, 10));
            assertThat(two.shares()).containsExactly(new Share(2, 2, 20));
        }
    }

    @Test
    void whoIsRefusedIsToldOfNone() throws Exception {
        try (Rig rig = new Rig(POLICY, 1, SharesTest::fail)) {
            Told told = new Told();
            rig.releaseAll();
            assertThat(rig.send(rows(0, 3), CLS, told).refusal()).hasMessage("the engine failed");
            assertThat(told.heard).isEmpty();
        }
    }

    private static void fail(List<Integer> ids) {
        if (ids.size() == 3) {
            throw new IllegalStateException("no three together");
        }
    }

    private static final class Told implements Call {

        private final BlockingQueue<List<Share>> heard = new LinkedBlockingQueue<>();

        @Override
        public void served(long queue, long run, List<Share> shares) {
            heard.add(shares);
        }

        List<Share> shares() throws InterruptedException {
            return heard.take();
        }
    }
}
