package dev.unmask.oip;

import dev.unmask.Answer;
import dev.unmask.Card;
import dev.unmask.Model;
import dev.unmask.Output;
import dev.unmask.Row;
import java.util.List;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// A model whose runs wait until they may.
record Gate(Model model, LinkedBlockingQueue<Integer> begun, Semaphore permits) implements Model {

    static Gate before(Model model) {
        return new Gate(model, new LinkedBlockingQueue<>(), new Semaphore(0));
    }

    @Override
    public Card card() {
        return model.card();
    }

    @Override
    public List<Answer> run(List<Row> rows, Set<Output> wanted) {
        begun.add(rows.size());
        permits.acquireUninterruptibly();
        return model.run(rows, wanted);
    }

    /// Waits for the next run to begin; answers its rows.
    int awaitRun() throws InterruptedException {
        Integer rows = begun.poll(20, TimeUnit.SECONDS);
        if (rows == null) {
            throw new AssertionError("no run began");
        }
        return rows;
    }
}
