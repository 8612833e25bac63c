package dev.unmask.ort;

import dev.unmask.Answer;
import dev.unmask.Card;
import dev.unmask.Fault;
import dev.unmask.Output;
import dev.unmask.Placement;
import dev.unmask.Row;
import dev.unmask.Tensor;
import dev.unmask.UnmaskException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A bundle whose inputs and outputs stay in memory of the device: one lane. It has a thread of its own, on which
/// everything happens; callers wait for their turn.
///
/// An answer is that of the bucket its rows were padded to.
public final class BoundModel implements DeviceModel {

    private final Setup setup;
    private final Card card;
    private final Instant since = Instant.now();
    private final Hand hand;
    private final BoundLane lane;
    private final ReadWriteLock life = new ReentrantReadWriteLock(); // write: closed
    private boolean closed; // seen by the hand alone

    private BoundModel(Setup setup, Card card, Hand hand, BoundLane lane) {
        this.setup = setup;
        this.card = card;
        this.hand = hand;
        this.lane = lane;
    }

    /// @param setup with every choice made
    static BoundModel open(Bundle bundle, Setup setup, Stages stages) {
        Card card = bundle.card();
        Hand hand = new Hand(card.name() + " on " + setup.device().text());
        try {
            BoundLane lane = hand.ask(() -> BoundLane.open(bundle, setup, stages));
            return new BoundModel(setup, card, hand, lane);
        } catch (RuntimeException | Error e) {
            hand.close();
            throw e;
        }
    }

    @Override
    public Card card() {
        return card;
    }

    @Override
    public Setup setup() {
        return setup;
    }

    @Override
    public List<Placement> placements() {
        return List.of(setup.placement(List.copyOf(new TreeSet<>(lane.graphs().keySet())), since));
    }

    @Override
    public List<Answer> run(List<Row> rows, Set<Output> wanted) {
        wanted.forEach(card::require);
        Feed feed = Feed.of(card, rows, wanted);
        List<Answer> answers = new ArrayList<>(rows.size());
        for (Feed part : feed.parts(setup.maxRows())) {
            answers.addAll(ask(() -> lane.run(part, wanted)));
        }
        return answers;
    }

    @Override
    public List<String> load(Set<Output> outputs) {
        List<String> graphs = OrtModel.graphsOf(outputs);
        return ask(() -> {
            graphs.forEach(graph -> lane.load(graph, Tensor.Type.UINT8));
            return graphs;
        });
    }

    @Override
    public void warm() {
        ask(() -> {
            lane.warm();
            return true;
        });
    }

    @Override
    public boolean settle() {
        return ask(lane::settle);
    }

    @Override
    public Optional<ArenaUse> arena() {
        if (!life.readLock().tryLock()) {
            return Optional.of(ArenaUse.NONE); // it is being closed
        }
        try {
            return lane.graphs().values().stream()
                    .map(graph -> graph.graph().arena())
                    .reduce(Optional.of(ArenaUse.NONE), (sum, next) -> sum.flatMap(a -> next.map(a::plus)));
        } finally {
            life.readLock().unlock();
        }
    }

    @Override
    public Captures captures() {
        return lane.captures();
    }

    @Override
    public Limits limits(Output output, Tensor.Type pixels) {
        return ask(() -> lane.load(OrtModel.graphOf(output), pixels).graph().limits());
    }

    /// Waits for what was asked for.
    @Override
    public void close() {
        life.writeLock().lock();
        try {
            hand.ask(() -> {
                if (!closed) {
                    closed = true;
                    lane.close();
                }
                return true;
            });
        } catch (RejectedExecutionException _) {
            // it was closed before
        } finally {
            life.writeLock().unlock();
            hand.close();
        }
    }

    private <T> T ask(Supplier<T> work) {
        try {
            return hand.ask(() -> {
                if (closed) {
                    throw unloaded(null);
                }
                return work.get();
            });
        } catch (RejectedExecutionException e) {
            throw unloaded(e);
        }
    }

    private UnmaskException unloaded(@Nullable Throwable cause) {
        return new UnmaskException(Fault.UNAVAILABLE, card.name() + " was unloaded", cause);
    }
}
