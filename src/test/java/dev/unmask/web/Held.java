package dev.unmask.web;

import dev.unmask.Answer;
import dev.unmask.Card;
import dev.unmask.Card.Stack;
import dev.unmask.Model;
import dev.unmask.Normalization;
import dev.unmask.Output;
import dev.unmask.PatchGrid;
import dev.unmask.Row;
import dev.unmask.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// A model named `held` whose runs begin when they like and end when they may.
public final class Held implements Model {

    public static final String NAME = "held";

    private final AtomicInteger rows = new AtomicInteger();
    private final LinkedBlockingQueue<Integer> begun = new LinkedBlockingQueue<>();
    private final Semaphore permits = new Semaphore(0);

    @Override
    public Card card() {
        return new Card(
                NAME,
                "CC0-1.0",
                "nowhere",
                "encoder",
                "0",
                new PatchGrid(32, 32, 16),
                new Normalization(List.of(0f, 0f, 0f), List.of(1f, 1f, 1f)),
                new Stack(2, 1, 1, 2),
                null,
                0,
                true,
                false,
                "demo",
                List.of(),
                Set.of(Output.CLS),
                Map.of(),
                0);
    }

    @Override
    public List<Answer> run(List<Row> rows, Set<Output> wanted) {
        this.rows.addAndGet(rows.size());
        begun.add(rows.size());
        permits.acquireUninterruptibly();
        return rows.stream()
                .map(_ -> new Answer(Map.of(Output.CLS, Tensor.of(new float[] {1, 2}, 2))))
                .toList();
    }

    /// Rows that were ever run.
    public int rows() {
        return rows.get();
    }

    /// Waits for the next run to begin.
    public void awaitRun() throws InterruptedException {
        if (begun.poll(20, TimeUnit.SECONDS) == null) {
            throw new AssertionError("no run began");
        }
    }

    public void release(int runs) {
        permits.release(runs);
    }
}
