package dev.unmask.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unmask.Answer;
import dev.unmask.Call;
import dev.unmask.Card;
import dev.unmask.Fault;
import dev.unmask.Model;
import dev.unmask.Output;
import dev.unmask.Row;
import dev.unmask.UnmaskException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Many callers at once: everyone gets their own answers or a refusal, and nobody waits for ever.
@Timeout(60)
class BatcherStressTest {

    private static final Policy POLICY = new Policy(6, 60, Duration.ofNanos(50_000), 96);
    private static final int POISON = 13;

    @Test
    void everyCallerGetsTheAnswersToItsOwnRows() throws Exception {
        AtomicInteger answered = new AtomicInteger();
        try (Batcher batcher = Batcher.start(lanes(3), POLICY, Listener.NONE)) {
            runAll(64, caller -> {
                Random random = new Random(caller);
                for (int round = 0; round < 100; round++) {
                    answered.addAndGet(call(batcher, random, caller * 10_000 + round * 100));
                }
            });
            assertThat(batcher.queuedRows()).isZero();
            assertThat(batcher.liveLanes()).isEqualTo(3);
        }
        assertThat(answered.get()).isGreaterThan(1000);
    }

    @RepeatedTest(20)
    void closingAmidCallsAnswersOrRefusesEveryone() throws Exception {
        Batcher batcher = Batcher.start(lanes(2), POLICY, Listener.NONE);
        AtomicInteger refused = new AtomicInteger();
        runAll(24, caller -> {
            if (caller % 8 == 7) {
                batcher.close();
            }
            for (int round = 0; round < 1000; round++) {
                try {
                    check(batcher, List.of(Rig.row(caller + 100)), Call.PATIENT);
                } catch (UnmaskException refusal) {
                    assertThat(refusal.fault()).isEqualTo(Fault.UNAVAILABLE);
                    refused.incrementAndGet();
                    return;
                }
            }
        });
        assertThat(refused.get()).isEqualTo(24);
        assertThat(batcher.liveLanes()).isZero();
    }

    /// Sends rows of a random kind and checks their answers; the number of rows answered.
    private static int call(Batcher batcher, Random random, int id) {
        int kept = 1 + random.nextInt(16);
        int size = random.nextInt(10) == 0 ? 20 : 1 + random.nextInt(3);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            rows.add(Rig.row(random.nextInt(200) == 0 ? POISON : id + i, kept));
        }
        try {
            return check(batcher, rows, caller(random));
        } catch (UnmaskException refusal) {
            boolean poisoned = rows.stream().anyMatch(row -> Rig.id(row.pixels()) == POISON);
            Set<Fault> expected = EnumSet.of(Fault.OVERLOADED, Fault.TIMEOUT, Fault.UNAVAILABLE);
            if (poisoned) {
                expected.add(Fault.INTERNAL);
            }
            assertThat(expected).contains(refusal.fault());
            Thread.interrupted();
            return 0;
        }
    }

    private static int check(Batcher batcher, List<Row> rows, Call call) {
        List<Answer> answers = batcher.run(rows, Rig.CLS, call);
        assertThat(Rig.ids(answers))
                .isEqualTo(rows.stream().map(row -> Rig.id(row.pixels())).toList());
        return answers.size();
    }

    /// Patient, in a hurry, hanging up, or interrupted.
    private static Call caller(Random random) {
        return switch (random.nextInt(12)) {
            case 0 -> Call.until(System.nanoTime() + random.nextInt(400_000));
            case 1 ->
                new Call() {
                    private final AtomicInteger asked = new AtomicInteger();

                    @Override
                    public boolean abandoned() {
                        return asked.incrementAndGet() > 1;
                    }
                };
            case 2 -> {
                Thread.currentThread().interrupt();
                yield Call.PATIENT;
            }
            default -> Call.PATIENT;
        };
    }

    private interface Caller {
        void run(int caller) throws Exception;
    }

    private static void runAll(int callers, Caller work) throws Exception {
        List<Future<?>> futures = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int caller = 0; caller < callers; caller++) {
                int number = caller;
                futures.add(threads.submit(() -> {
                    work.run(number);
                    return null;
                }));
            }
        }
        for (Future<?> future : futures) {
            future.get();
        }
    }

    private static List<Model> lanes(int count) {
        List<Model> lanes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            lanes.add(new Strict());
        }
        return lanes;
    }

    /// Rejects what a batcher must not send: mixed rows, too many of them, or the poison.
    private record Strict() implements Model {

        @Override
        public Card card() {
            return Rig.card(Rig.CLS);
        }

        @Override
        public List<Answer> run(List<Row> rows, Set<Output> wanted) {
            int kept = rows.getFirst().mask().kept();
            if (rows.size() > Math.max(1, Math.min(6, 60 / (1 + kept)))
                    || rows.stream().anyMatch(row -> row.mask().kept() != kept)) {
                throw new AssertionError("not a batch: " + rows);
            }
            if (rows.stream().anyMatch(row -> Rig.id(row.pixels()) == POISON)) {
                throw new IllegalStateException("poison");
            }
            return rows.stream().map(row -> Rig.echo(row, wanted)).toList();
        }
    }
}
