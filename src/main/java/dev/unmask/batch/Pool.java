package dev.unmask.batch;

import dev.unmask.Answer;
import dev.unmask.Card;
import dev.unmask.Fault;
import dev.unmask.Model;
import dev.unmask.Output;
import dev.unmask.Placement;
import dev.unmask.Row;
import dev.unmask.UnmaskException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/// A model around lanes for callers who bring full batches: each call runs on one lane as it is, and waits while there
/// is none.
public final class Pool implements Model {

    private final List<Model> lanes;
    private final BlockingQueue<Model> idle;

    public Pool(List<? extends Model> lanes) {
        this.lanes = List.copyOf(lanes);
        this.idle = new ArrayBlockingQueue<>(lanes.size(), false, this.lanes);
    }

    /// Calls that run at once.
    public int lanes() {
        return lanes.size();
    }

    @Override
    public Card card() {
        return lanes.getFirst().card();
    }

    @Override
    public List<Placement> placements() {
        return lanes.stream().flatMap(lane -> lane.placements().stream()).toList();
    }

    @Override
    public List<Answer> run(List<Row> rows, Set<Output> wanted) {
        Model lane = take();
        try {
            return lane.run(rows, wanted);
        } finally {
            idle.add(lane);
        }
    }

    private Model take() {
        try {
            return idle.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnmaskException(Fault.UNAVAILABLE, "interrupted while waiting for a lane", e);
        }
    }
}
