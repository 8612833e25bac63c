package dev.unmask.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.unmask.Tensor;
import dev.unmask.task.Classify.Guess;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClassifyTest {

    @Test
    void scoresOfAnySizeGiveSharesOfOne() {
        for (float offset : new float[] {0, 1e5f, -1e5f, 3e38f}) {
            List<Guess> guesses = guesses(10, offset, offset + 1, offset);
            assertThat(guesses.stream().mapToDouble(Guess::probability).sum()).isCloseTo(1, within(1e-12));
        }
        assertThat(guesses(1, 0, 1, 0).getFirst().probability()).isCloseTo(Math.E / (2 + Math.E), within(1e-15));
    }

    @Test
    void theLikeliestComesFirstAndEqualOnesByNumber() {
        assertThat(guesses(3, 1, 5, 1, 7)).extracting(Guess::number).containsExactly(3, 1, 0);
    }

    @Test
    void thereAreNoMoreThanTheModelHas() {
        assertThat(guesses(5, 1, 2)).hasSize(2);
    }

    @Test
    void aClassWithoutALabelIsCalledByItsNumber() {
        assertThat(guesses(1, 1, 2)).extracting(Guess::label).containsExactly("1");
        Fake labelled = Fake.of(1, 2, List.of("cat", "dog"), _ -> Tensor.of(new float[] {1, 2}, 2));
        assertThat(new Classify(labelled, 1).run(labelled.picture()))
                .extracting(Guess::label)
                .containsExactly("dog");
    }

    @Test
    void noneAtAllIsRefused() {
        assertThatThrownBy(() -> new Classify(Fake.giving(1, 2), 0))
                .hasMessage("top 0 is below 1, the fewest classes to answer");
    }

    private static List<Guess> guesses(int top, float... logits) {
        Fake model = Fake.giving(logits);
        return new Classify(model, top).run(model.picture());
    }
}
