package dev.unmask.ort;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Which bucket rows are padded to.
class BucketTest {

    @ParameterizedTest
    @CsvSource({
        "1, 32, 1",
        "2, 32, 2",
        "3, 32, 4",
        "4, 32, 4",
        "5, 32, 8",
        "17, 32, 32",
        "32, 32, 32",
        "5, 6, 6",
        "3, 3, 3",
        "1, 1, 1"
    })
    void rowsTakeTheNextPowerOfTwoButNeverMoreThanTheMost(int rows, int most, int bucket) {
        assertThat(Bucket.of(rows, 49, most)).isEqualTo(new Bucket(bucket, 49));
    }

    @Test
    void allAreThoseThatRowsCanTakeTheLargestFirst() {
        assertThat(Bucket.all(3, 8)).extracting(Bucket::rows).isEqualTo(List.of(8, 4, 2, 1));
        assertThat(Bucket.all(3, 6)).extracting(Bucket::rows).isEqualTo(List.of(6, 4, 2, 1));
        assertThat(Bucket.all(3, 1)).containsExactly(new Bucket(1, 3));
    }

    @Test
    void aBucketIsToldByRowsAndKeptPatches() {
        assertThat(new Bucket(32, 49)).hasToString("32x49");
    }
}
