package dev.unmask.spark;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.jspecify.annotations.Nullable;

/// What a task has of its executor.
///
/// @param cores of the task
/// @param tasks that the executor runs at once
/// @param gpus addresses of the cards that Spark gives the task
record Share(int cores, int tasks, List<String> gpus) {

    /// Of the task of this thread; one core where there is none, as on the driver.
    static Share ofTask() {
        @Nullable TaskContext task = TaskContext.get();
        if (task == null) {
            return new Share(1, 1, List.of());
        }
        int cores = Math.max(1, task.cpus());
        int all = SparkEnv.get()
                .conf()
                .getInt("spark.executor.cores", Runtime.getRuntime().availableProcessors());
        List<String> gpus = Optional.ofNullable(task.resourcesJMap().get("gpu"))
                .map(gpu -> Arrays.asList(gpu.addresses()))
                .orElse(List.of());
        return new Share(cores, Math.max(1, all / cores), gpus);
    }

    /// Threads inside one operator, where `tasks` callers share them: together they use the executor's cores, each
    /// caller's own thread among them.
    int threads() {
        return (cores - 1) * tasks + 1;
    }
}
