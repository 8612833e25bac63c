package dev.unmask.web;

import dev.unmask.Card;
import dev.unmask.Model;
import dev.unmask.task.Listener;
import dev.unmask.task.View;
import java.util.EnumSet;
import java.util.LinkedHashMap;
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

    /// Tells what the result says of the picture, for those who watch the model.
    default void tell(T result, String model, Listener listener) {}

    /// A result as the members of a JSON object.
    Map<String, @Nullable Object> facts(T result, Card card);

    /// The whole answer for one picture.
    default Map<String, @Nullable Object> answer(T result, Card card) {
        Map<String, @Nullable Object> answer = head(card);
        answer.putAll(facts(result, card));
        return answer;
    }

    /// The whole answer for a list of pictures.
    default Map<String, @Nullable Object> answer(List<T> results, Card card) {
        Map<String, @Nullable Object> answer = head(card);
        answer.put(
                "results", results.stream().map(result -> facts(result, card)).toList());
        return answer;
    }

    private static Map<String, @Nullable Object> head(Card card) {
        Map<String, @Nullable Object> head = new LinkedHashMap<>();
        head.put("model", card.name());
        head.put("digest", card.digest());
        return head;
    }

    /// A result as the bytes of a PNG file, where it has that form.
    default byte[] png(T result, Card card) {
        throw new UnsupportedOperationException();
    }

    /// A result as little-endian numbers, where it has that form.
    default byte[] raw(T result) {
        throw new UnsupportedOperationException();
    }
}
