package dev.unmask.cli.bench;

import dev.unmask.Card;
import dev.unmask.Output;
import dev.unmask.UnmaskException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/// What a model is asked for, as one output, the way a service would ask.
enum Stage {
    /// An embedding.
    ENCODE,
    /// A picture in bytes, or its patches where the model's own predictions show nothing.
    RECONSTRUCT,
    /// Logits of the whole picture.
    CLASSIFY;

    static Stage parse(String text) {
        return Arrays.stream(values())
                .filter(stage -> stage.toString().equals(text))
                .findFirst()
                .orElseThrow(
                        () -> UnmaskException.invalid("stage '" + text + "' is not encode, reconstruct or classify"));
    }

    /// Those that a model has.
    static Stream<Stage> of(Card card) {
        return Arrays.stream(values()).filter(stage -> stage.find(card).isPresent());
    }

    /// What it asks of a model.
    Output output(Card card) {
        return find(card).orElseThrow(() -> UnmaskException.invalid(card.name() + " cannot " + this));
    }

    /// Whether masks change what it costs.
    boolean masked() {
        return this != CLASSIFY;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    private Optional<Output> find(Card card) {
        Stream<Output> best = switch (this) {
            case ENCODE -> Stream.of(Output.CLS);
            case RECONSTRUCT -> Stream.of(Output.IMAGE, Output.PATCHES);
            case CLASSIFY -> Stream.of(Output.LOGITS);
        };
        return best.filter(card.outputs()::contains).findFirst();
    }
}
