package dev.unmask.web;

import dev.unmask.Card;
import dev.unmask.Model;
import dev.unmask.task.View;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What one request wants of its pictures: a use case with its options, and how its results are told.
///
/// @param <T> the result for one picture
interface Route<T> {

    /// Rows of a batch that one picture takes.
    default int rows() {
        return 1;
    }

    /// The use case on a model, one result for each picture; refuses what the model cannot do.
    Function<List<View>, List<T>> on(Model model);

    /// The forms that a result has.
    default Set<Form> forms() {
        return EnumSet.of(Form.JSON);
    }

    /// A result as the members of a JSON object.
    Map<String, @Nullable Object> facts(T result, Card card);

    /// A result as the bytes of a PNG file, where it has that form.
    default byte[] png(T result, Card card) {
        throw new UnsupportedOperationException();
    }

    /// A result as little-endian numbers, where it has that form.
    default byte[] raw(T result) {
        throw new UnsupportedOperationException();
    }
}
