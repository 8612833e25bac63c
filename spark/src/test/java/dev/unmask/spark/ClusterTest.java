package dev.unmask.spark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unmask.job.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// Jobs on executors that are processes of their own.
@ExtendWith(Cluster.class)
@Timeout(120)
class ClusterTest {

    private static final int SHARD = 4;
    private static final int SHARDS = 6; // three for each core

    @TempDir
    Path temp;

    /// Waits until one task of the cluster is left, and tells its executor.
    private static final class LastTask extends SparkListener {

        private final Map<Long, String> running = new HashMap<>(); // executors of tasks
        private final CompletableFuture<String> executor = new CompletableFuture<>();
        private int shards;

        @Override
        public void onTaskStart(SparkListenerTaskStart start) {
            running.put(start.taskInfo().taskId(), start.taskInfo().executorId());
        }

        @Override
        public void onTaskEnd(SparkListenerTaskEnd end) {
            running.remove(end.taskInfo().taskId());
            shards += end.taskType().equals("ResultTask") && wrote(end) ? 1 : 0;
            if (shards == SHARDS - 1 && running.size() == 1) {
                executor.complete(running.values().iterator().next());
            }
        }

        private static boolean wrote(SparkListenerTaskEnd end) {
            return end.taskMetrics().outputMetrics().recordsWritten() > 0;
        }
    }

    @Test
    void anExecutorThatIsKilledLosesNoRowAndDoublesNone(SparkSession session) throws Exception {
        List<Path> photos = Photos.write(temp.resolve("photos"), SHARD * SHARDS);
        Path gate = photos.get(13); // a pipe: who reads it waits until somebody writes
        byte[] photo = Files.readAllBytes(gate);
        Map<String, Result> alone = Photos.alone(new Task.Embed("mean", false), Photos.items(photos));
        Files.delete(gate);
        assertThat(new ProcessBuilder("mkfifo", gate.toString()).start().waitFor())
                .isZero();
        Path list = Files.write(
                temp.resolve("photos.txt"), photos.stream().map(Path::toString).toList());
        LastTask last = new LastTask();
        session.sparkContext().addSparkListener(last);
        CompletableFuture<Outcome> job = CompletableFuture.supplyAsync(() -> Outcome.of(
                session,
                "embed",
                temp.resolve("out"),
                "--in=" + list,
                "--column=path",
                "--pool=mean",
                "--shard-rows=" + SHARD));
        String executor = last.executor.get(60, TimeUnit.SECONDS);
        ProcessHandle victim = Cluster.executor(executor);
        session.sparkContext().removeSparkListener(last);
        assertThat(victim.destroyForcibly()).isTrue();
        victim.onExit().get(10, TimeUnit.SECONDS);
        Files.write(gate, photo); // waits for the executor that does the work again
        Outcome outcome = job.get(60, TimeUnit.SECONDS);
        assertThat(outcome.code()).isZero();
        assertThat(outcome.err()).contains("executor " + executor + " is lost").containsPattern("\\d tasks? run again");
        assertThat(outcome.rows()).hasSize(SHARD * SHARDS);
        outcome.isThatOf(alone);
    }
}
