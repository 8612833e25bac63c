package dev.unmask.ort;

import ai.onnxruntime.OrtException;
import dev.unmask.Answer;
import dev.unmask.Card;
import dev.unmask.DeviceLost;
import dev.unmask.Mask;
import dev.unmask.Output;
import dev.unmask.PatchGrid;
import dev.unmask.Row;
import dev.unmask.Tensor;
import dev.unmask.UnmaskException;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.DoubleStream;

/// The graphs of a bundle over memory of their own, for one run at a time: rows are laid out in memory of the host,
/// copied to the device, passed from graph to graph there, and what is wanted is copied back.
///
/// Belongs to one thread, except where it says otherwise.
final class BoundLane implements AutoCloseable {

    private static final double[] USUAL_RATIOS = {0, 0.5, 0.75}; // the most kept patches first
    private static final int BEGIN = 0; // marks: then after the upload, after each graph, after the download
    private static final int UPLOADED = 1;
    private static final long IDLE = TimeUnit.MINUTES.toNanos(1);

    private final Bundle bundle;
    private final Setup setup;
    private final Stages stages;
    private final LongSupplier clock;
    private final Card card;
    private final NativeApi api;
    private final LaneMemory memory;
    private final Buffers buffers;
    private final Map<String, BoundGraph> graphs = new ConcurrentHashMap<>();
    private final SequencedSet<Uncaptured> uncaptured = new LinkedHashSet<>();
    private volatile Captures captures = Captures.NONE;
    private long lastRun;
    private boolean grown; // since memory between operators was given back
    private boolean lost;

    /// What is to be captured when there is time.
    private record Uncaptured(String graph, Bucket bucket) {}

    private BoundLane(Bundle bundle, Setup setup, Stages stages, LongSupplier clock, NativeApi api, LaneMemory memory) {
        this.bundle = bundle;
        this.setup = setup;
        this.stages = stages;
        this.clock = clock;
        this.card = bundle.card();
        this.api = api;
        this.memory = memory;
        this.buffers = new Buffers(memory, setup.maxRows(), card.grid().patches());
    }

    /// Opens the memory of the device; loads no graph yet. The thread becomes the lane's own.
    ///
    /// @param setup with every choice made
    static BoundLane open(Bundle bundle, Setup setup, Stages stages) {
        LaneMemory memory = Capturing.apart(setup.device(), () -> switch (setup.device()) {
            case Device.Cpu _ -> new HostMemory();
            case Device.Gpu gpu -> CudaMemory.open(Cuda.runtime(), gpu);
        });
        return over(memory, bundle, setup, stages, System::nanoTime);
    }

    /// The same over memory that is there, and is closed with the lane.
    static BoundLane over(LaneMemory memory, Bundle bundle, Setup setup, Stages stages, LongSupplier clock) {
        Natives.environment();
        NativeApi api = Natives.api("execution " + setup.execution().text());
        return new BoundLane(bundle, setup, stages, clock, api, memory);
    }

    /// Answers rows, of which there are at most `maxRows`.
    List<Answer> run(Feed feed, Set<Output> wanted) {
        return working(
                () -> buffers.answers(pass(feed, wanted).outputs(), feed.rows().size(), feed.kept()));
    }

    /// Loads a graph if it is not yet.
    BoundGraph load(String graph, Tensor.Type pixels) {
        String variant = setup.variant(graph, pixels);
        BoundGraph loaded = graphs.get(graph + "." + variant);
        if (loaded == null) {
            loaded = working(() -> open(graph, variant));
            graphs.put(graph + "." + variant, loaded);
        }
        return loaded;
    }

    /// Runs every bucket of the usual masks, and captures it if that is wanted.
    void warm() {
        PatchGrid grid = card.grid();
        Tensor grey = Tensor.allocate(Tensor.Type.UINT8, grid.height(), grid.width(), card.channels());
        int[] keeps =
                DoubleStream.of(USUAL_RATIOS).mapToInt(grid::visible).distinct().toArray();
        for (int keep : keeps) {
            Row row = new Row(grey, Mask.keeping(grid, keep, new float[grid.patches()]));
            for (Bucket bucket : Bucket.all(keep, setup.maxRows())) {
                Feed feed = Feed.of(card, Collections.nCopies(bucket.rows(), row), card.outputs());
                working(() -> pass(feed, card.outputs()));
                while (!uncaptured.isEmpty()) {
                    capture(uncaptured.removeFirst());
                }
            }
        }
    }

    /// Captures one bucket that was run uncaptured, unless somebody else's work would be held up. Where nothing is
    /// captured, which would count on its memory, gives back what a minute of idleness did not need. False if there
    /// was nothing to do.
    boolean settle() {
        if (grown && setup.execution() == Execution.BOUND && clock.getAsLong() - lastRun > IDLE) {
            grown = false;
            working(this::shrink);
            return true;
        }
        if (uncaptured.isEmpty() || Capturing.wouldWait()) {
            return false;
        }
        capture(uncaptured.removeFirst());
        return true;
    }

    /// Those that are loaded, for anybody to look at.
    Map<String, BoundGraph> graphs() {
        return graphs;
    }

    Captures captures() {
        return captures;
    }

    /// Frees everything. Nothing of a lost card can be freed, and ONNX Runtime would end the process for trying.
    @Override
    public void close() {
        try {
            if (!lost) {
                working(this::free);
            }
        } catch (DeviceLost _) {
            // who uses it was told, or is told when he asks for a run
        }
        graphs.clear();
    }

    private boolean free() {
        memory.await();
        graphs.values().forEach(BoundGraph::close);
        memory.close();
        return true;
    }

    /// Takes the rows through their graphs; the wanted outputs are then in memory of the host.
    private Steps pass(Feed feed, Set<Output> wanted) {
        int rows = feed.rows().size();
        Bucket bucket = Bucket.of(rows, feed.kept(), setup.maxRows());
        Bucket own = new Bucket(rows, feed.kept());
        List<String> names = feed.graphs(wanted);
        Steps steps =
                Steps.of(names.stream().map(name -> bound(name, feed, bucket)).toList(), wanted);
        long start = System.nanoTime();
        for (Manifest.Port input : steps.inputs()) {
            feed.lay(input.name(), buffers.staged(input, bucket).asByteBuffer(), bucket.rows());
        }
        stages.took("assemble", rows, System.nanoTime() - start);
        memory.mark(BEGIN);
        steps.inputs().forEach(input -> memory.upload(buffers.staged(input, bucket), buffers.device(input, bucket)));
        memory.mark(UPLOADED);
        for (int step = 0; step < names.size(); step++) {
            run(names.get(step), steps.graphs().get(step), bucket);
            memory.mark(UPLOADED + 1 + step);
        }
        steps.outputs().forEach(output -> memory.download(buffers.device(output, own), buffers.staged(output, own)));
        memory.mark(UPLOADED + 1 + names.size());
        memory.await();
        tell(names, rows, bucket);
        if (setup.execution() == Execution.GRAPH) {
            names.stream()
                    .map(name -> new Uncaptured(name + "." + setup.variant(name, feed.type()), bucket))
                    .filter(next -> graph(next).isCapturable(bucket))
                    .forEach(uncaptured::add);
        }
        lastRun = clock.getAsLong();
        grown |= rows > 1;
        return steps;
    }

    private boolean shrink() {
        for (Map.Entry<String, BoundGraph> loaded : graphs.entrySet()) {
            try {
                loaded.getValue().shrink();
            } catch (OrtException e) {
                throw memory.failure(loaded.getKey(), e);
            }
        }
        memory.await();
        return true;
    }

    private void run(String name, BoundGraph graph, Bucket bucket) {
        try {
            graph.run(bucket);
        } catch (OrtException e) {
            throw memory.failure(name + " of " + bucket.rows() + " rows", e);
        }
    }

    /// A loaded graph over the buffers of a bucket.
    private BoundGraph bound(String name, Feed feed, Bucket bucket) {
        BoundGraph graph = load(name, feed.type());
        try {
            graph.bind(bucket);
        } catch (OrtException e) {
            throw memory.failure(name + " for " + bucket.rows() + " rows", e);
        }
        return graph;
    }

    private BoundGraph open(String name, String variant) {
        Room.require(bundle, name, variant, setup, buffers, memory);
        Graph graph = Graph.open(bundle, name, variant, setup, memory.stream());
        try {
            return new BoundGraph(graph, api, buffers, setup.device());
        } catch (OrtException e) {
            throw memory.failure(name, e);
        }
    }

    private void capture(Uncaptured next) {
        Lock lock = Capturing.lock();
        lock.lock();
        try {
            guarded(() -> capture(graph(next), next));
        } finally {
            lock.unlock();
        }
        captures = new Captures(
                graphs.values().stream().mapToInt(BoundGraph::captures).sum(), captures.failed());
    }

    private BoundGraph graph(Uncaptured next) {
        return Objects.requireNonNull(graphs.get(next.graph()));
    }

    /// A capture that fails leaves the lane as it was, unless the device is lost.
    private boolean capture(BoundGraph graph, Uncaptured next) {
        try {
            graph.capture(next.bucket(), memory);
            return true;
        } catch (OrtException | UnmaskException e) {
            memory.leaveCapture();
            memory.await();
            captures = new Captures(captures.captured(), captures.failed() + 1);
            stages.uncaptured(next.graph() + " " + next.bucket(), String.valueOf(e.getMessage()));
            return false;
        }
    }

    /// Works while nobody captures.
    private <T> T working(Supplier<T> work) {
        return guarded(() -> Capturing.apart(setup.device(), work));
    }

    /// Remembers if the device is lost.
    private <T> T guarded(Supplier<T> work) {
        try {
            return work.get();
        } catch (DeviceLost e) {
            lost = true;
            throw e;
        }
    }

    private void tell(List<String> names, int rows, Bucket bucket) {
        stages.padded(bucket.rows() - rows);
        stages.took("upload", rows, memory.nanos(BEGIN, UPLOADED));
        int mark = UPLOADED;
        for (String name : names) {
            stages.took(name, rows, memory.nanos(mark, ++mark));
        }
        stages.took("download", rows, memory.nanos(mark, mark + 1));
    }
}
