package dev.unmask.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What a lane's model has put off is done when nobody waits, and never instead of work.
@Timeout(30)
class SettleTest {

    private static final Policy POLICY = new Policy(4, 1 << 20, Duration.ZERO, 8);

    @Test
    void whatWasPutOffIsDonePieceByPieceOnceNobodyWaits() throws Exception {
        Queue<String> done = new ConcurrentLinkedQueue<>();
        AtomicInteger pieces = new AtomicInteger();
        CountDownLatch settled = new CountDownLatch(2);
        try (Rig rig = new Rig(
                POLICY,
                1,
                ids -> {
                    done.add("run " + ids);
                    pieces.incrementAndGet();
                },
                () -> {
                    if (pieces.getAndUpdate(left -> Math.max(0, left - 1)) == 0) {
                        return false;
                    }
                    done.add("piece");
                    settled.countDown();
                    return true;
                })) {
            rig.occupy(0);
            rig.send(1, 1);
            rig.send(Rig.row(2, 7)); // a line of its own
            rig.releaseAll();
            settled.await();
            assertThat(done).startsWith("run [0]", "run [1]", "run [2]", "piece", "piece");
        }
    }

    @Test
    void whoComesMeanwhileIsServedBeforeTheNextPiece() throws Exception {
        Queue<String> done = new ConcurrentLinkedQueue<>();
        CountDownLatch begun = new CountDownLatch(1);
        Semaphore may = new Semaphore(0);
        try (Rig rig = new Rig(POLICY, 1, ids -> done.add("run " + ids), () -> {
            begun.countDown();
            may.acquireUninterruptibly();
            done.add("piece");
            return true;
        })) {
            rig.releaseAll();
            begun.await();
            Rig.Sent sent = rig.send(5);
            may.release(1);
            assertThat(sent.answer()).containsExactly(5);
            assertThat(done).startsWith("piece", "run [5]");
            may.release(1 << 20);
        }
    }

    @Test
    void aBatcherThatWasClosedDuringAPieceEndsAfterIt() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        Semaphore may = new Semaphore(0);
        try (Rig rig = new Rig(POLICY, 1, _ -> {}, () -> {
            begun.countDown();
            may.acquireUninterruptibly();
            return false;
        })) {
            begun.await();
            assertThat(rig.batcher.drain(Duration.ZERO)).isFalse();
            may.release(1 << 20);
            assertThat(rig.batcher.drain(Duration.ofSeconds(20))).isTrue();
        }
    }
}
