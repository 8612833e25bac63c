package dev.unmask.spark;

import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.SparkPlugin;
import org.jspecify.annotations.Nullable;

/// Closes an executor's models when it ends: `spark.plugins=dev.unmask.spark.UnmaskPlugin`. The job sets it itself.
public final class UnmaskPlugin implements SparkPlugin {

    @Override
    @SuppressWarnings("NullAway") // null is Spark's word for none
    public @Nullable DriverPlugin driverPlugin() {
        return null;
    }

    @Override
    public ExecutorPlugin executorPlugin() {
        return new ExecutorPlugin() {
            @Override
            public void shutdown() {
                Models.close();
            }
        };
    }
}
