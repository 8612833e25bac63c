package dev.unmask.page;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/// A machine without a browser is told what to install; the tests of the page do not pass by being left out.
class ChromiumTest {

    @Test
    void whereThereIsNoneItIsSaidHowToInstallIt() {
        assertThatThrownBy(() -> Chromium.executable("/nosuch:/nor/this"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("apt-get install chromium");
    }
}
