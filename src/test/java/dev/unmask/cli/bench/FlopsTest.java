package dev.unmask.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unmask.ort.Bundle;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// The count beside that of `bench/tests/test_torch_card.py`, which PyTorch's own counter confirms.
class FlopsTest {

    @Test
    void aPictureNeedsAsManyAsPyTorchCounts() {
        var card = Bundle.open(Path.of("onnx/mae-tiny")).card();
        assertThat(Flops.of(card, Stage.ENCODE, 49)).isEqualTo(383_705_088);
        assertThat(Flops.of(card, Stage.ENCODE, 196)).isEqualTo(1_690_589_184);
        assertThat(Flops.of(card, Stage.RECONSTRUCT, 49)).isEqualTo(814_032_896);
    }
}
