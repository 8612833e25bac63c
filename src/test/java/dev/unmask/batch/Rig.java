package dev.unmask.batch;

import dev.unmask.Answer;
import dev.unmask.Call;
import dev.unmask.Card;
import dev.unmask.Fault;
import dev.unmask.Mask;
import dev.unmask.Model;
import dev.unmask.Normalization;
import dev.unmask.Output;
import dev.unmask.PatchGrid;
import dev.unmask.Row;
import dev.unmask.Tensor;
import dev.unmask.UnmaskException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/// A batcher on a clock that stands still, whose lanes tell what they run and run when they may. A row is known by its
/// one pixel, and so is its answer.
final class Rig implements AutoCloseable, Listener {

    static final PatchGrid GRID = new PatchGrid(64, 64, 16);
    static final Set<Output> CLS = Set.of(Output.CLS);

    final AtomicLong clock = new AtomicLong();
    final List<Integer> runTokens = Collections.synchronizedList(new ArrayList<>());
    final List<Long> waits = Collections.synchronizedList(new ArrayList<>());
    final Map<Fault, Integer> refusals = Collections.synchronizedMap(new EnumMap<>(Fault.class));
    final AtomicInteger deaths = new AtomicInteger();
    final Batcher batcher;

    private final BlockingQueue<List<Integer>> begun = new LinkedBlockingQueue<>();
    private final BlockingQueue<Integer> depths = new LinkedBlockingQueue<>();
    private final Semaphore permits = new Semaphore(0);
    private final Consumer<List<Integer>> engine;
    private final BooleanSupplier putOff;
    private final List<Thread> callers = new ArrayList<>();

    Rig(Policy policy) {
        this(policy, 1, _ -> {});
    }

    /// @param engine called with the rows of each run once it may go on; throws what an engine would
    Rig(Policy policy, int lanes, Consumer<List<Integer>> engine) {
        this(policy, lanes, engine, () -> false);
    }

    /// @param putOff called when a lane finds nobody waiting; does a piece of work if there is one
    Rig(Policy policy, int lanes, Consumer<List<Integer>> engine, BooleanSupplier putOff) {
        this.engine = engine;
        this.putOff = putOff;
        List<Lane> models =
                IntStream.range(0, lanes).mapToObj(_ -> new Lane(this)).toList();
        this.batcher = Batcher.start(models, policy, this, clock::get);
    }

    static Row row(int id) {
        return row(id, 4);
    }

    static Row row(int id, int kept) {
        return new Row(Tensor.of(new float[] {id}, 1, 1, 1), Mask.keeping(GRID, kept, new float[GRID.patches()]));
    }

    static List<Row> rows(int from, int to) {
        return IntStream.range(from, to).mapToObj(Rig::row).toList();
    }

    static int id(Tensor tensor) {
        return tensor.type() == Tensor.Type.UINT8
                ? tensor.bytes().get(0)
                : (int) tensor.floats().get(0);
    }

    static List<Integer> ids(List<Answer> answers) {
        return answers.stream()
                .map(answer -> id(answer.tensors().values().iterator().next()))
                .toList();
    }

    /// Sends rows from a thread of their own and returns when they are queued.
    Sent send(List<Row> rows, Set<Output> wanted, Call call) throws InterruptedException {
        Sent sent = Sent.start(() -> ids(batcher.run(rows, wanted, call)));
        callers.add(sent.thread());
        depths.take();
        return sent;
    }

    Sent send(List<Row> rows) throws InterruptedException {
        return send(rows, CLS, Call.PATIENT);
    }

    Sent send(Row row) throws InterruptedException {
        return send(List.of(row));
    }

    Sent send(int id, Call call) throws InterruptedException {
        return send(List.of(row(id)), CLS, call);
    }

    /// Sends a row whose caller is more or less urgent than others.
    Sent send(int id, int priority) throws InterruptedException {
        return send(List.of(row(id)), CLS, urgent(priority));
    }

    static Call urgent(int priority) {
        return new Call() {
            @Override
            public int priority() {
                return priority;
            }
        };
    }

    Sent send(int id) throws InterruptedException {
        return send(row(id));
    }

    /// Waits until one more request is queued.
    void queued() throws InterruptedException {
        depths.take();
    }

    /// Keeps a lane busy with row `id` until it may go on.
    Sent occupy(int id) throws InterruptedException {
        Sent busy = send(id);
        if (!nextRun().equals(List.of(id))) {
            throw new AssertionError("a lane runs something else than row " + id);
        }
        return busy;
    }

    /// Waits for the next run and says which rows it has.
    List<Integer> nextRun() throws InterruptedException {
        return begun.take();
    }

    List<List<Integer>> nextRuns(int count) throws InterruptedException {
        List<List<Integer>> next = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            next.add(nextRun());
        }
        return next;
    }

    boolean hasRunMore() {
        return !begun.isEmpty();
    }

    /// Lets lanes finish so many runs.
    void release(int count) {
        permits.release(count);
    }

    void releaseAll() {
        release(1 << 20);
    }

    @Override
    public void queued(int rows, int depth) {
        depths.add(depth);
    }

    @Override
    public void waited(long nanos) {
        waits.add(nanos);
    }

    @Override
    public void ran(int rows, int tokens, long nanos) {
        runTokens.add(tokens);
    }

    @Override
    public void refused(Fault fault, int rows) {
        refusals.merge(fault, rows, Integer::sum);
    }

    @Override
    public void died(int live, Throwable cause) {
        deaths.incrementAndGet();
    }

    @Override
    public void close() {
        releaseAll();
        batcher.close();
        for (Thread caller : callers) {
            try {
                caller.join();
            } catch (InterruptedException e) {
                throw new AssertionError("a caller waits for ever", e);
            }
        }
    }

    static Card card(Collection<Output> outputs) {
        Card.Stack stack = new Card.Stack(8, 1, 1, 8);
        return new Card(
                "tiny",
                "CC0-1.0",
                "nowhere",
                "visualize",
                "0",
                GRID,
                new Normalization(List.of(0f), List.of(1f)),
                stack,
                stack,
                0,
                true,
                false,
                "none",
                List.of(),
                Set.copyOf(outputs),
                Map.of(),
                0);
    }

    /// The answer that belongs to a row.
    static Answer echo(Row row, Set<Output> wanted) {
        Map<Output, Tensor> tensors = new EnumMap<>(Output.class);
        wanted.forEach(output -> tensors.put(output, row.pixels()));
        return new Answer(tensors);
    }

    /// A call on its way.
    record Sent(Thread thread, FutureTask<List<Integer>> task) {

        static Sent start(Callable<List<Integer>> call) {
            FutureTask<List<Integer>> task = new FutureTask<>(call);
            return new Sent(Thread.startVirtualThread(task), task);
        }

        List<Integer> answer() throws Exception {
            return task.get();
        }

        UnmaskException refusal() throws InterruptedException {
            try {
                throw new AssertionError("answered " + task.get());
            } catch (ExecutionException e) {
                if (e.getCause() instanceof UnmaskException refusal) {
                    return refusal;
                }
                throw new AssertionError("failed instead of being refused", e);
            }
        }

        boolean isDone() {
            return task.isDone();
        }
    }

    private record Lane(Rig rig) implements Model {

        @Override
        public Card card() {
            return Rig.card(Set.of(Output.CLS, Output.MEAN));
        }

        @Override
        public boolean settle() {
            return rig.putOff.getAsBoolean();
        }

        @Override
        public List<Answer> run(List<Row> rows, Set<Output> wanted) {
            List<Integer> ids = rows.stream().map(row -> id(row.pixels())).toList();
            rig.begun.add(ids);
            rig.permits.acquireUninterruptibly();
            rig.engine.accept(ids);
            return rows.stream().map(row -> echo(row, wanted)).toList();
        }
    }
}
