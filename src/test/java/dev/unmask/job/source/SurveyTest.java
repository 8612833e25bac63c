package dev.unmask.job.source;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SurveyTest {

    @Test
    void countsAndDigestsTheIds() {
        // printf 'a.jpg\0b.jpg\0' | sha256sum
        assertThat(Survey.of(Ids.ofInput("a.jpg\nb.jpg\n")))
                .isEqualTo(new Survey(2, "beb61a1070128f737a7cd2a1172ef3a1636b806edad347cd6190fab2365e7ff8"));
        // sha256sum < /dev/null
        assertThat(Survey.of(Ids.ofInput("")))
                .isEqualTo(new Survey(0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    }

    @Test
    void isTheSameEachTimeAndKnowsOrderAndBorders() {
        Source source = Ids.of("photos", "photos/chelsea.jpg");

        assertThat(Survey.of(source)).isEqualTo(Survey.of(source));
        assertThat(Survey.of(Ids.ofInput("a\nb"))).isNotEqualTo(Survey.of(Ids.ofInput("b\na")));
        assertThat(Survey.of(Ids.ofInput("ab\nc"))).isNotEqualTo(Survey.of(Ids.ofInput("a\nbc")));
    }
}
