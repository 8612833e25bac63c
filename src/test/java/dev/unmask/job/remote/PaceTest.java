package dev.unmask.job.remote;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PaceTest {

    private static final long SECOND = 1_000_000_000;

    private final Pace pace = new Pace(() -> 0.5);

    private void fill(long now) {
        while (pace.isOpen(now)) {
            pace.sent();
        }
    }

    @Test
    void moreIsSentWhileAnswersComeButNeverMoreThanTheMost() {
        fill(0);
        assertThat(pace.outstanding()).isEqualTo(8);
        for (int i = 0; i < 8; i++) {
            pace.answered();
            fill(0);
        }
        assertThat(pace.limit()).isEqualTo(8);
        pace.answered();
        assertThat(pace.limit()).isEqualTo(9);

        for (int i = 0; i < 100_000; i++) {
            fill(0);
            pace.answered();
        }
        assertThat(pace.limit()).isEqualTo(Pace.MOST);
    }

    @Test
    void whatIsNotUsedDoesNotRise() {
        for (int i = 0; i < 1000; i++) {
            pace.sent();
            pace.answered();
        }
        assertThat(pace.limit()).isEqualTo(8);
    }

    @Test
    void refusalsOfRequestsThatWereUnderWayTogetherHalveItOnce() {
        fill(0);
        for (int i = 0; i < 8; i++) {
            pace.setBack(0, SECOND, "busy", null);
        }
        assertThat(pace.limit()).isEqualTo(4);

        pace.sent();
        pace.setBack(2 * SECOND, 3 * SECOND, "busy", null);
        assertThat(pace.limit()).isEqualTo(2);
        for (int i = 4; i < 10; i++) {
            pace.sent();
            pace.setBack(i * SECOND, i * SECOND, "busy", null);
        }
        assertThat(pace.limit()).isEqualTo(1);
    }

    @Test
    void nothingIsSentForAsLongAsTheServiceSaysThenOneIsTried() {
        pace.sent();
        pace.setBack(0, 0, "queue is full", Duration.ofSeconds(3));

        assertThat(pace.isOpen(3 * SECOND)).isFalse();
        assertThat(pace.isOpen(4 * SECOND)).isTrue();
        fill(4 * SECOND);
        assertThat(pace.outstanding()).isEqualTo(1);
        pace.answered();
        fill(4 * SECOND);
        assertThat(pace.outstanding()).isEqualTo(4);
    }

    @Test
    void aShorterPauseDoesNotCutALongerOneShort() {
        pace.sent();
        pace.sent();
        pace.setBack(0, 0, "queue is full", Duration.ofSeconds(3));
        pace.setBack(0, 1, "lost", null);

        assertThat(pace.isOpen(3 * SECOND)).isFalse();
    }

    @Test
    void pausesDoubleUpToALimit() {
        long before = 0;
        for (int i = 0; i < 20; i++) {
            long now = i * 100L * SECOND;
            pace.sent();
            pace.setBack(now, now, "lost", null);
            assertThat(pace.pause(now)).isGreaterThanOrEqualTo(before).isLessThanOrEqualTo(30 * SECOND);
            before = pace.pause(now);
        }
        assertThat(before).isEqualTo((long) (22.5 * SECOND));
        pace.sent();
        pace.answered();
        pace.sent();
        pace.setBack(SECOND, SECOND, "lost", null);
        assertThat(pace.pause(SECOND)).isEqualTo(SECOND * 3 / 20);
    }

    @Test
    void silenceLastsFromTheFirstSetbackToAnAnswer() {
        pace.sent();
        pace.setBack(0, SECOND, "lost", null);
        pace.sent();
        pace.setBack(5 * SECOND, 6 * SECOND, "lost again", null);

        assertThat(pace.silence(9 * SECOND)).isEqualTo(8 * SECOND);
        assertThat(pace.trouble()).isEqualTo("lost again");
        pace.sent();
        pace.answered();
        assertThat(pace.silence(9 * SECOND)).isZero();
        assertThat(pace.trouble()).isNull();
    }
}
