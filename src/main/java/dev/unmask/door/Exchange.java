package dev.unmask.door;

import dev.unmask.Call;
import dev.unmask.task.Caller;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// One request while it is served: its id, how long its caller waits, whether still, what it wants, and where its time
/// went.
public final class Exchange implements Call {

    public static final String ID = "x-request-id";
    private static final String PLAIN_ID = "[A-Za-z0-9._-]{1,128}";

    private final Head head;
    private final String id;
    private final Duration patience;
    private final long arrived;
    private final Timing timing = new Timing();
    private final Map<String, String> marks = new LinkedHashMap<>();
    private final Map<Class<?>, Object> attached = new ConcurrentHashMap<>();
    private volatile long deadline;
    private volatile @Nullable Caller caller; // until the gate asked for the key
    private @Nullable String model;
    private int rows;
    private int priority = Call.super.priority();
    private final List<Share> shares = new ArrayList<>();

    /// Begins when the head of a request has come.
    public Exchange(Head head, Duration patience) {
        this.head = head;
        String given = head.header(ID);
        this.id = given != null && given.matches(PLAIN_ID)
                ? given
                : UUID.randomUUID().toString();
        this.patience = patience;
        this.arrived = System.nanoTime();
        this.deadline = arrived + patience.toNanos();
        mark("request", id);
    }

    public Head head() {
        return head;
    }

    /// The caller's `x-request-id`, or one of ours.
    public String id() {
        return id;
    }

    /// When its head came, on the clock of [System#nanoTime].
    public long arrived() {
        return arrived;
    }

    public Timing timing() {
        return timing;
    }

    Duration patience() {
        return patience;
    }

    /// The model it means, once that is known to be served.
    public @Nullable String model() {
        return model;
    }

    /// Rows of a batch that it takes, once that is known.
    public int rows() {
        return rows;
    }

    /// Puts a fact into every line that is logged for this request.
    public void mark(String name, String value) {
        marks.put(name, value);
    }

    public Map<String, String> marks() {
        return Map.copyOf(marks);
    }

    /// Keeps something of a watcher's own for as long as the request lasts.
    public void attach(Object thing) {
        attached.put(thing.getClass(), thing);
    }

    public <T> Optional<T> attached(Class<T> type) {
        return Optional.ofNullable(attached.get(type)).map(type::cast);
    }

    /// Told when the body has come.
    public void received() {
        timing.add("receive", arrived, System.nanoTime() - arrived);
    }

    public void meant(String modelOfIt, int rowsOfIt) {
        model = modelOfIt;
        rows = rowsOfIt;
    }

    public void comesFrom(Caller identified) {
        caller = identified;
    }

    /// Whom the gate let in.
    public Caller caller() {
        return Objects.requireNonNull(caller, "the request passed no gate");
    }

    /// The caller's own deadline; counted from the head of the request.
    public void waits(Duration time) {
        deadline = arrived + time.toNanos();
    }

    /// The caller's own level of urgency.
    public void presses(int level) {
        priority = level;
    }

    /// The batches that its rows were in, once they are answered.
    public List<Share> shares() {
        return List.copyOf(shares);
    }

    @Override
    public int priority() {
        return priority;
    }

    @Override
    public long left(long now) {
        return deadline - now;
    }

    @Override
    public boolean abandoned() {
        return head.isGone();
    }

    @Override
    public void served(long queue, long run, List<Share> taken) {
        long now = System.nanoTime();
        shares.addAll(taken);
        timing.add("queue", now - run - queue, queue);
        timing.add("infer", now - run, run);
    }
}
