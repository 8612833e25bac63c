package dev.unmask;

import java.util.List;
import java.util.Set;

/// A batch of rows in, a batch of answers out. The one interface between what a model is for and how it is run.
///
/// Blocks until the answers are there and is safe for many threads. Runs only the stages that the wanted outputs need.
public interface Model {

    /// What this model is.
    Card card();

    /// Where it runs; nowhere yet known of a model that does not say.
    default List<Placement> placements() {
        return List.of();
    }

    /// Answers rows in their order. All rows keep the same number of patches and share the type and shape of their
    /// pixels.
    List<Answer> run(List<Row> rows, Set<Output> wanted);

    /// Lets a caller in who will soon bring so many rows, or refuses at once: before the caller prepares them, where
    /// there would be no room for them or nobody waits for the answer. A model without a queue lets everybody in.
    default Admission admit(Call call, int rows) {
        return new Admission(this, () -> {});
    }

    /// Does one piece of the work that was put off until nobody waits, on the thread of whoever runs this model; false
    /// if there is none.
    default boolean settle() {
        return false;
    }
}
