package dev.unmask.spark;

import java.io.PrintWriter;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.apache.spark.Success$;
import org.apache.spark.TaskFailedReason;
import org.apache.spark.scheduler.AccumulableInfo;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorMetricsUpdate;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.apache.spark.scheduler.SparkListenerStageSubmitted;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import scala.jdk.javaapi.CollectionConverters;

/// How far a job is, a plain line now and then, and what went wrong on the way. Told by Spark on one thread.
final class Progress extends SparkListener {

    private static final long EVERY = 5_000_000_000L; // ns

    private final Counters counters;
    private final long total;
    private final LongSupplier clock;
    private final PrintWriter out;
    private final long begun;
    private final Map<Integer, Integer> tasksOfStages = new HashMap<>();
    private final Map<Long, Long> underWay = new HashMap<>(); // pictures of tasks that have not ended
    private long told;
    private int done;
    private final AtomicInteger again = new AtomicInteger();

    /// @param total of all pictures; 0 where nobody knows
    /// @param clock ns
    Progress(Counters counters, long total, LongSupplier clock, PrintWriter out) {
        this.counters = counters;
        this.total = total;
        this.clock = clock;
        this.out = out;
        this.begun = clock.getAsLong();
        this.told = begun;
    }

    /// Tasks that failed, or whose executor was lost, so that others did their work.
    int again() {
        return again.get();
    }

    @Override
    public void onStageSubmitted(SparkListenerStageSubmitted event) {
        tasksOfStages.put(event.stageInfo().stageId(), event.stageInfo().numTasks());
    }

    @Override
    public void onTaskEnd(SparkListenerTaskEnd event) {
        underWay.remove(event.taskInfo().taskId());
        if (!event.reason().equals(Success$.MODULE$)) {
            again.incrementAndGet();
            say("task " + event.taskInfo().index() + " failed: " + reason(event));
        } else if (has(event.taskInfo().accumulables())) {
            done++;
            tell(tasksOfStages.getOrDefault(event.stageId(), 0));
        }
    }

    @Override
    public void onExecutorMetricsUpdate(SparkListenerExecutorMetricsUpdate event) {
        CollectionConverters.asJava(event.accumUpdates())
                .forEach(task -> CollectionConverters.asJava(task._4()).forEach(info -> {
                    if (info.id() == counters.pictures().id()
                            && info.update().isDefined()
                            && info.update().get() instanceof Long pictures) {
                        underWay.put((Long) task._1(), pictures);
                        tell(tasksOfStages.getOrDefault((Integer) task._2(), 0));
                    }
                }));
    }

    @Override
    public void onExecutorRemoved(SparkListenerExecutorRemoved event) {
        say("executor " + event.executorId() + " is lost: " + firstLine(event.reason()));
    }

    private boolean has(scala.collection.Iterable<AccumulableInfo> accumulables) {
        return CollectionConverters.asJavaCollection(accumulables).stream()
                .anyMatch(info -> info.id() == counters.pictures().id());
    }

    private void tell(int tasks) {
        long now = clock.getAsLong();
        if (now - told < EVERY) {
            return;
        }
        told = now;
        long pictures = counters.pictures().value()
                + underWay.values().stream().mapToLong(Long::longValue).sum();
        double seconds = (now - begun) / 1e9;
        double rate = pictures / seconds;
        String of = total == 0 ? "" : String.format(Locale.ROOT, " of %,d", total);
        String left = total == 0 || pictures == 0
                ? ""
                : String.format(Locale.ROOT, ", %,.0f s left", (total - pictures) / rate);
        say(String.format(
                Locale.ROOT,
                "%,d%s pictures, %,d errors, %d of %d tasks, %,.1f pictures/s%s",
                pictures,
                of,
                counters.errors().value(),
                done,
                tasks,
                rate,
                left));
    }

    private void say(String line) {
        out.println("unmask: " + line);
        out.flush();
    }

    private static String reason(SparkListenerTaskEnd event) {
        return event.reason() instanceof TaskFailedReason failure
                ? firstLine(failure.toErrorString())
                : String.valueOf(event.reason());
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse("");
    }
}
