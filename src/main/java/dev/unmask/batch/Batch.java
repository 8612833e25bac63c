package dev.unmask.batch;

import dev.unmask.Answer;
import dev.unmask.Call;
import dev.unmask.DeviceLost;
import dev.unmask.Fault;
import dev.unmask.Row;
import dev.unmask.Tensor;
import dev.unmask.UnmaskException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Rows of one group that share a run, and whose they are. Filled under the batcher's lock, then only read.
///
/// @param taken when a lane took it
record Batch(Group group, long taken, List<Place> places) {

    static final Batch NONE = new Batch(new Group(0, Tensor.Type.UINT8, List.of(), Set.of()), 0, List.of());

    /// A row of a request.
    record Place(Request request, int row) {}

    /// A run that answered; equal to itself alone.
    static final class Run {

        private final int rows;
        private final long nanos;

        private Run(int rows, long nanos) {
            this.rows = rows;
            this.nanos = nanos;
        }

        /// What a call had of it with so many rows.
        Call.Share share(int ofCall) {
            return new Call.Share(ofCall, rows, nanos);
        }
    }

    static Batch of(Group group, long taken) {
        return new Batch(group, taken, new ArrayList<>());
    }

    int size() {
        return places.size();
    }

    int tokens() {
        return size() * group.tokens();
    }

    List<Row> rows() {
        return places.stream().map(place -> place.request().row(place.row())).toList();
    }

    /// Hands out what a run of so many nanoseconds answered.
    void answer(List<Answer> answers, long nanos) {
        if (answers.size() != size()) {
            throw new IllegalStateException(answers.size() + " answers for " + size() + " rows");
        }
        Run run = new Run(size(), nanos);
        for (int i = 0; i < size(); i++) {
            places.get(i).request().answer(places.get(i).row(), answers.get(i), run);
        }
    }

    /// Ends every request that has a row here. Each gets an exception of its own, since each throws it.
    void fail(Throwable cause) {
        for (Place place : places) {
            place.request().fail(refusal(cause));
        }
    }

    /// Whether nobody waits for these rows any more.
    boolean hasEnded() {
        return places.stream().allMatch(place -> place.request().hasEnded());
    }

    /// One batch for each caller, in the order of their first rows.
    List<Batch> byCaller() {
        Map<Request, Batch> parts = new LinkedHashMap<>();
        for (Place place : places) {
            parts.computeIfAbsent(place.request(), _ -> of(group, taken)).places.add(place);
        }
        return List.copyOf(parts.values());
    }

    private static UnmaskException refusal(Throwable cause) {
        return switch (cause) {
            case UnmaskException known -> new UnmaskException(known.fault(), known.getMessage(), known);
            case DeviceLost lost -> new UnmaskException(Fault.UNAVAILABLE, lost.getMessage(), lost);
            default -> new UnmaskException(Fault.INTERNAL, "the engine failed", cause);
        };
    }
}
