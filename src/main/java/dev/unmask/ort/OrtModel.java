package dev.unmask.ort;

import dev.unmask.Answer;
import dev.unmask.Card;
import dev.unmask.Fault;
import dev.unmask.Model;
import dev.unmask.Output;
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
/// nor
/// on the number of threads.
///
/// Closing waits for runs in progress, since ONNX Runtime frees a session under a run without asking; afterwards every
/// run is refused.
public final class OrtModel implements Model, AutoCloseable {

    private static final Set<Output> FROM_ENCODER = Set.of(Output.LATENT, Output.CLS, Output.MEAN);
    static final Set<Output> FROM_DECODER = Set.of(Output.PATCHES, Output.IMAGE);

    private final Bundle bundle;
    private final Device device;
    private final Card card;
    private final Stages stages;
    private final Map<String, Graph> graphs = new ConcurrentHashMap<>();
    private final Instant since = Instant.now();
    private final ReadWriteLock life = new ReentrantReadWriteLock(); // write: closed
    private boolean closed;

    private OrtModel(Bundle bundle, Device device, Stages stages) {
        this.bundle = bundle;
        this.device = device;
        this.card = bundle.card();
        this.stages = stages;
    }

    public static OrtModel open(Bundle bundle, Device device) {
        return open(bundle, device, Stages.UNHEARD);
    }

    public static OrtModel open(Bundle bundle, Device device, Stages stages) {
        return new OrtModel(bundle, device, stages);
    }

    @Override
    public Card card() {
        return card;
    }

    @Override
    public List<Placement> placements() {
        return List.of(new Placement(device.text(), List.copyOf(new TreeSet<>(graphs.keySet())), since));
    }

    public Device device() {
        return device;
    }

    @Override
    public List<Answer> run(List<Row> rows, Set<Output> wanted) {
        wanted.forEach(card::require);
        return alive(() -> {
            Feed feed = timed("assemble", rows.size(), () -> Feed.of(card, rows, wanted));
            Map<Output, Tensor> answers = new EnumMap<>(Output.class);
            if (!feed.latent()) {
                encode(feed, wanted, answers);
            }
            decode(feed, wanted, answers);
            if (wanted.contains(Output.LOGITS)) {
                answers.putAll(run("classifier", feed, Map.of("pixels", feed.pixels()), Set.of(Output.LOGITS)));
            }
            return split(answers, wanted, feed.rows());
        });
    }

    /// Loads the graphs that pictures need for these outputs, and names them.
    public List<String> load(Set<Output> outputs) {
        return alive(() -> {
            Set<String> needed = new TreeSet<>();
            for (Output output : outputs) {
                needed.add(graphOf(output));
                if (FROM_DECODER.contains(output)) {
                    needed.add("encoder");
                }
            }
            needed.forEach(graph -> graph(graph, Tensor.Type.UINT8));
            return List.copyOf(needed);
        });
    }

    /// Starts to load the graphs for these outputs while the caller does something else. A failure shows when they run.
    public void loadAhead(Set<Output> outputs) {
        Engine.inBackground(() -> load(outputs));
    }

    /// Native memory of the loaded graphs. Loads none, waits for nobody; empty where it cannot be told.
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

    /// The tolerance against golden of the graph that gives an output.
    double tolerance(Output output, Tensor.Type pixels) {
        return alive(() -> graph(graphOf(output), pixels).tolerance());
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

    private void encode(Feed feed, Set<Output> wanted, Map<Output, Tensor> answers) {
        Set<Output> tokens = intersection(wanted, FROM_ENCODER);
        if (!Collections.disjoint(wanted, FROM_DECODER)) {
            tokens.add(Output.LATENT);
        }
        if (!tokens.isEmpty()) {
            answers.putAll(run("encoder", feed, Map.of("pixels", feed.pixels(), "ids_keep", feed.idsKeep()), tokens));
        }
    }

    private void decode(Feed feed, Set<Output> wanted, Map<Output, Tensor> answers) {
        Set<Output> predictions = intersection(wanted, FROM_DECODER);
        if (!predictions.isEmpty()) {
            Tensor latent = feed.latent() ? feed.pixels() : Objects.requireNonNull(answers.get(Output.LATENT));
            answers.putAll(
                    run("decoder", feed, Map.of("latent", latent, "ids_restore", feed.idsRestore()), predictions));
        }
    }

    private Map<Output, Tensor> run(String graph, Feed feed, Map<String, Tensor> inputs, Set<Output> wanted) {
        Set<String> names = new HashSet<>();
        wanted.forEach(output -> names.add(output.lowerCase()));
        Graph loaded = graph(graph, feed.pixels().type());
        Map<Output, Tensor> answers = new HashMap<>();
        timed(graph, feed.rows(), () -> loaded.run(inputs, names, feed.rows(), feed.kept()))
                .forEach((name, tensor) -> answers.put(Output.of(name), tensor));
        return answers;
    }

    private <T> T timed(String stage, int rows, Supplier<T> work) {
        long start = System.nanoTime();
        T result = work.get();
        stages.took(stage, rows, System.nanoTime() - start);
        return result;
    }

    private Graph graph(String graph, Tensor.Type pixels) {
        String variant = pixels == Tensor.Type.UINT8 && !graph.equals("decoder") ? "uint8" : "fp32";
        return graphs.computeIfAbsent(graph + "." + variant, _ -> Graph.open(bundle, graph, variant, device));
    }

    private <T> T alive(Supplier<T> work) {
        life.readLock().lock();
        try {
            if (closed) {
                throw new UnmaskException(Fault.UNAVAILABLE, card.name() + " was unloaded");
            }
            return work.get();
        } finally {
            life.readLock().unlock();
        }
    }

    private static String graphOf(Output output) {
        return switch (output) {
            case LATENT, CLS, MEAN -> "encoder";
            case PATCHES, IMAGE -> "decoder";
            case LOGITS -> "classifier";
        };
    }

    private static Set<Output> intersection(Set<Output> a, Set<Output> b) {
        Set<Output> both = new HashSet<>(a);
        both.retainAll(b);
        return both;
    }

    private static List<Answer> split(Map<Output, Tensor> answers, Set<Output> wanted, int rows) {
        List<Answer> split = new ArrayList<>(rows);
        for (int row = 0; row < rows; row++) {
            Map<Output, Tensor> own = new EnumMap<>(Output.class);
            for (Output output : wanted) {
                own.put(output, Objects.requireNonNull(answers.get(output)).row(row));
            }
            split.add(new Answer(own));
        }
        return split;
    }
}
