package dev.unmask.task;

import dev.unmask.Answer;
import dev.unmask.Card;
import dev.unmask.Card.Stack;
import dev.unmask.Model;
import dev.unmask.Normalization;
import dev.unmask.Output;
import dev.unmask.PatchGrid;
import dev.unmask.Row;
import dev.unmask.Tensor;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/// A model that answers every wanted output of a row with the same tensor. It can give all but errors, unless it is
/// said
/// to.
record Fake(Card card, Function<Row, Tensor> answer) implements Model {

    /// Sees a picture of `height` x `width` pixels, each a patch.
    static Fake of(int height, int width, List<String> labels, Function<Row, Tensor> answer) {
        Set<Output> outputs = EnumSet.complementOf(EnumSet.of(Output.PATCH_ERROR));
        return new Fake(card(new PatchGrid(height, width, 1), labels, outputs), answer);
    }

    /// The same with errors among what it can give.
    Fake judging() {
        return new Fake(card(card.grid(), card.labels(), Set.of(Output.values())), answer);
    }

    /// Gives every picture these numbers.
    static Fake giving(float... numbers) {
        return of(1, 2, List.of(), _ -> Tensor.of(numbers, numbers.length));
    }

    static Tensor picture(PatchGrid grid) {
        return Tensor.allocate(Tensor.Type.UINT8, grid.height(), grid.width(), 3);
    }

    Tensor picture() {
        return picture(card.grid());
    }

    @Override
    public List<Answer> run(List<Row> rows, Set<Output> wanted) {
        return rows.stream()
                .map(row -> new Answer(Map.of(wanted.iterator().next(), answer.apply(row))))
                .toList();
    }

    private static Card card(PatchGrid grid, List<String> labels, Set<Output> outputs) {
        return new Card(
                "fake",
                "unknown",
                "fake.pth",
                "visualize",
                "",
                grid,
                new Normalization(List.of(0f, 0f, 0f), List.of(1f, 1f, 1f)),
                new Stack(8, 1, 1, 32),
                null,
                labels.size(),
                true,
                false,
                "demo",
                labels,
                outputs,
                Map.of(),
                0);
    }
}
