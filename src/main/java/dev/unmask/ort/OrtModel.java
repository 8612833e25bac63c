package dev.unmask.ort;

import dev.unmask.Answer;
import dev.unmask.Card;
import dev.unmask.Fault;
import dev.unmask.Mask;
import dev.unmask.Output;
import dev.unmask.PatchGrid;
import dev.unmask.Placement;
import dev.unmask.Row;
import dev.unmask.Tensor;
import dev.unmask.UnmaskException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/// A bundle on a device. Graphs are loaded when a request first needs them, and their sessions are shared by all who
/// run it: several lanes are several threads over one model.
///
/// On the CPU an answer depends on its row alone, to the last bit, and on the machine; not on the rest of the batch,
/// nor on the number of threads.
public final class OrtModel implements DeviceModel {

    /// What the decoder gives, from a latent alone.
    static final Set<Output> FROM_DECODER = Set.of(Output.PATCHES, Output.IMAGE);

    private static final List<String> GRAPHS =
            List.of("encoder", "decoder", "judge", "classifier"); // as rows pass them

    private final Bundle bundle;
    private final Setup setup;
    private final Card card;
    private final Stages stages;
    private final Map<String, Graph> graphs = new ConcurrentHashMap<>();
    private final Instant since = Instant.now();
    private final ReadWriteLock life = new ReentrantReadWriteLock(); // write: closed
    private boolean closed;

    private OrtModel(Bundle bundle, Setup setup, Stages stages) {
        this.bundle = bundle;
        this.setup = setup;
        this.card = bundle.card();
        this.stages = stages;
    }

    public static OrtModel open(Bundle bundle, Device device) {
        return open(bundle, device, Stages.UNHEARD);
    }

    public static OrtModel open(Bundle bundle, Device device, Stages stages) {
        Setup fp32 = new Setup(device, Precision.FP32, Execution.PLAIN, Setup.ROWS, 0, "asked for");
        return open(bundle, fp32, stages);
    }

    /// @param setup with every choice made
    static OrtModel open(Bundle bundle, Setup setup, Stages stages) {
        return new OrtModel(bundle, setup, stages);
    }

    @Override
    public Card card() {
        return card;
    }

    @Override
    public List<Placement> placements() {
        return List.of(setup.placement(List.copyOf(new TreeSet<>(graphs.keySet())), since));
    }

    @Override
    public Setup setup() {
        return setup;
    }

    @Override
    public List<Answer> run(List<Row> rows, Set<Output> wanted) {
        wanted.forEach(card::require);
        Feed feed = Feed.of(card, rows, wanted);
        List<Answer> answers = new ArrayList<>(rows.size());
        for (Feed part : feed.parts(setup.maxRows())) {
            answers.addAll(alive(() -> run(part, wanted)));
        }
        return answers;
    }

    private List<Answer> run(Feed feed, Set<Output> wanted) {
        int rows = feed.rows().size();
        Map<String, Tensor> tensors = new HashMap<>(timed("assemble", rows, feed::inputs));
        for (String graph : feed.graphs(wanted)) {
            run(graph, feed, tensors, wanted);
        }
        return split(tensors, wanted, rows);
    }

    @Override
    public List<String> load(Set<Output> outputs) {
        return alive(() -> {
            List<String> needed = graphsOf(outputs);
            needed.forEach(graph -> graph(graph, Tensor.Type.UINT8));
            return needed;
        });
    }

    @Override
    public void warm() {
        PatchGrid grid = card.grid();
        Tensor grey = Tensor.allocate(Tensor.Type.UINT8, grid.height(), grid.width(), card.channels());
        Row row = new Row(grey, Mask.none(grid));
        for (int rows = setup.maxRows(); rows > 0; rows--) {
            run(Collections.nCopies(rows, row), card.outputs());
        }
    }

    @Override
    public Optional<ArenaUse> arena() {
        if (!life.readLock().tryLock()) {
            return Optional.of(ArenaUse.NONE); // it is being closed
        }
        try {
            return graphs.values().stream()
                    .map(Graph::arena)
                    .reduce(Optional.of(ArenaUse.NONE), (sum, next) -> sum.flatMap(a -> next.map(a::plus)));
        } finally {
            life.readLock().unlock();
        }
    }

    @Override
    public Limits limits(Output output, Tensor.Type pixels) {
        return alive(() -> graph(graphOf(output), pixels).limits());
    }

    @Override
    public void close() {
        life.writeLock().lock();
        try {
            closed = true;
            graphs.values().forEach(Graph::close);
            graphs.clear();
        } finally {
            life.writeLock().unlock();
        }
    }

    /// Runs a graph on tensors that are there, for those that are wanted and those that the next graph takes.
    private void run(String graph, Feed feed, Map<String, Tensor> tensors, Set<Output> wanted) {
        Set<String> names = new HashSet<>();
        for (Output output : wanted) {
            List<String> path = path(output);
            int step = path.indexOf(graph);
            if (step == path.size() - 1) {
                names.add(output.lowerCase());
            } else if (step >= 0) {
                names.add(bridge(graph).lowerCase());
            }
        }
        Graph loaded = graph(graph, feed.type());
        Map<String, Tensor> own = new HashMap<>();
        for (Manifest.Port port : loaded.description().inputs()) {
            own.put(port.name(), Objects.requireNonNull(tensors.get(port.name())));
        }
        int rows = feed.rows().size();
        tensors.putAll(timed(graph, rows, () -> loaded.run(own, names, rows, feed.kept())));
    }

    private <T> T timed(String stage, int rows, Supplier<T> work) {
        long start = System.nanoTime();
        T result = work.get();
        stages.took(stage, rows, System.nanoTime() - start);
        return result;
    }

    private Graph graph(String graph, Tensor.Type pixels) {
        String variant = setup.variant(graph, pixels);
        return graphs.computeIfAbsent(graph + "." + variant, _ -> open(graph, variant));
    }

    private Graph open(String graph, String variant) {
        if (device() instanceof Device.Cpu) {
            Room.require(card, graph, setup.precision(), HostMemory.ofMachine());
        }
        return Graph.open(bundle, graph, variant, setup);
    }

    private <T> T alive(Supplier<T> work) {
        life.readLock().lock();
        try {
            if (closed) {
                throw new UnmaskException(Fault.UNAVAILABLE, card.name() + " was unloaded");
            }
            return Capturing.apart(device(), work);
        } finally {
            life.readLock().unlock();
        }
    }

    /// The graphs that pictures pass for some outputs, in their order.
    static List<String> graphsOf(Set<Output> outputs) {
        return GRAPHS.stream()
                .filter(graph ->
                        outputs.stream().anyMatch(output -> path(output).contains(graph)))
                .toList();
    }

    static String graphOf(Output output) {
        return path(output).getLast();
    }

    /// The graphs that lead from pictures to an output.
    private static List<String> path(Output output) {
        return switch (output) {
            case LATENT, CLS, MEAN -> List.of("encoder");
            case PATCHES, IMAGE -> List.of("encoder", "decoder");
            case PATCH_ERROR -> List.of("encoder", "decoder", "judge");
            case LOGITS -> List.of("classifier");
        };
    }

    /// What the next graph on a path takes from one.
    private static Output bridge(String graph) {
        return graph.equals("encoder") ? Output.LATENT : Output.PATCHES;
    }

    private static List<Answer> split(Map<String, Tensor> tensors, Set<Output> wanted, int rows) {
        List<Answer> split = new ArrayList<>(rows);
        for (int row = 0; row < rows; row++) {
            Map<Output, Tensor> own = new EnumMap<>(Output.class);
            for (Output output : wanted) {
                own.put(
                        output,
                        Objects.requireNonNull(tensors.get(output.lowerCase())).row(row));
            }
            split.add(new Answer(own));
        }
        return split;
    }
}
