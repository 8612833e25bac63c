package dev.unmask.task;

import dev.unmask.Card;
import dev.unmask.Card.Stack;
import java.util.ArrayList;
import java.util.List;

/// The way of one picture through a model: shapes, parameters and multiply-adds, stage by stage.
///
/// Multiply-adds count the matrix products (linear layers and attention), as papers do.
public final class Describe {

    /// One step.
    ///
    /// @param shape of one picture's values after this stage
    public record Stage(String name, String shape, long parameters, long multiplyAdds) {}

    private final Card card;
    private final List<Stage> stages = new ArrayList<>();
    private final long patches;
    private final long kept;
    private final long values;

    private Describe(Card card, double ratio) {
        this.card = card;
        this.patches = card.grid().patches();
        this.kept = card.grid().visible(ratio);
        this.values = (long) card.grid().patch() * card.grid().patch() * card.channels();
    }

    /// The stages at a mask ratio.
    ///
    /// @param ratio share of the patches that is hidden
    public static List<Stage> stages(Card card, double ratio) {
        Describe describe = new Describe(card, ratio);
        describe.picture();
        describe.encoder(card.encoder());
        Stack decoder = card.decoder();
        if (decoder != null) {
            describe.decoder(decoder);
        }
        if (card.classes() > 0) {
            long head = card.parameters().getOrDefault("classifier", 0L);
            describe.add("class scores", head, (long) card.encoder().width() * card.classes(), card.classes());
        }
        return describe.stages;
    }

    private void picture() {
        int height = card.grid().height();
        int width = card.grid().width();
        add("picture, bytes", 0, 0, height, width, card.channels());
        add("pixels, normalised", 0, 0, card.channels(), height, width);
        add("patches", 0, 0, patches, values);
        add("visible patches", 0, 0, kept, values);
    }

    private void encoder(Stack stack) {
        long width = stack.width();
        long embedding = values * width + width;
        long tokens = width + (1 + patches) * width;
        long norm = card.finalNorm() ? 2 * width : 0;
        long blocks = card.parameters().getOrDefault("encoder", 0L) - embedding - tokens - norm;
        add("patch embedding", embedding, kept * values * width, kept, width);
        add("class token, positions", tokens, 0, 1 + kept, width);
        add("encoder, " + blocks(stack), blocks, products(stack, 1 + kept), 1 + kept, width);
        add(card.finalNorm() ? "latent, normalised" : "latent", norm, 0, 1 + kept, width);
    }

    private void decoder(Stack stack) {
        long from = card.encoder().width();
        long width = stack.width();
        long embedding = from * width + width;
        long tokens = width + (1 + patches) * width;
        long norm = 2 * width;
        long prediction = width * values + values;
        long blocks = card.parameters().getOrDefault("decoder", 0L) - embedding - tokens - norm - prediction;
        add("decoder embedding", embedding, (1 + kept) * from * width, 1 + kept, width);
        add("mask tokens, positions", tokens, 0, 1 + patches, width);
        add("decoder, " + blocks(stack), blocks, products(stack, 1 + patches), 1 + patches, width);
        add("predicted patches", norm + prediction, (1 + patches) * width * values, patches, values);
        if (!card.normalizedPixels()) {
            add("reconstruction, bytes", 0, 0, card.grid().height(), card.grid().width(), card.channels());
        }
    }

    private void add(String name, long parameters, long multiplyAdds, long... shape) {
        List<String> sides = new ArrayList<>();
        for (long side : shape) {
            sides.add(Long.toString(side));
        }
        stages.add(new Stage(name, String.join(" x ", sides), parameters, multiplyAdds));
    }

    private static String blocks(Stack stack) {
        return stack.depth() + " blocks of " + stack.heads() + " heads";
    }

    /// Multiply-adds of a stack: queries, keys, values, output and MLP per token, scores and sums per pair of tokens.
    private static long products(Stack stack, long tokens) {
        long width = stack.width();
        long perToken = 4 * width * width + 2 * width * stack.mlp();
        return stack.depth() * (tokens * perToken + 2 * tokens * tokens * width);
    }
}
