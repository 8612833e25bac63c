package dev.unmask.cli.bench;

import dev.unmask.Card;
import java.util.Objects;

/// How many floating-point operations a picture needs: two for each multiply-add of every matrix product, nothing else.
/// The same count is in `bench/flops.py`; both are compared with the same numbers in their tests.
final class Flops {

    private Flops() {}

    /// @param kept patches that the encoder sees
    static double of(Card card, Stage stage, int kept) {
        return switch (stage) {
            case ENCODE -> encode(card, kept);
            case RECONSTRUCT -> encode(card, kept) + decode(card, kept);
            case CLASSIFY -> encode(card, kept) + 2.0 * card.encoder().width() * card.classes();
        };
    }

    private static double encode(Card card, int kept) {
        Card.Stack encoder = card.encoder();
        return 2.0 * kept * pixels(card) * encoder.width() + encoder.depth() * block(encoder, 1 + kept);
    }

    private static double decode(Card card, int kept) {
        Card.Stack decoder = Objects.requireNonNull(card.decoder());
        int patches = card.grid().patches();
        double into = 2.0 * (1 + kept) * card.encoder().width() * decoder.width();
        double out = 2.0 * patches * decoder.width() * pixels(card);
        return into + decoder.depth() * block(decoder, 1 + patches) + out;
    }

    /// q, k, v and the projection behind them, the attention over all pairs, the MLP.
    private static double block(Card.Stack stack, double tokens) {
        double width = stack.width();
        return 2 * tokens * width * (4 * width)
                + 2 * tokens * tokens * width * 2
                + 2 * tokens * width * stack.mlp() * 2;
    }

    /// Numbers in one patch.
    private static double pixels(Card card) {
        return (double) card.grid().patch() * card.grid().patch() * card.channels();
    }
}
