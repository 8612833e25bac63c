package dev.unmask.spark;

import java.io.File;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.fs.FileUtil;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/// A Spark cluster of two executors, processes of their own with a core each, for all tests together.
final class Cluster implements BeforeAllCallback, ParameterResolver {

    private static final String SESSION = "session";

    private static SparkSession start() {
        FileUtil.fullyDelete(new File(System.getenv("SPARK_HOME"), "work")); // of earlier runs
        return SparkSession.builder()
                .master("local-cluster[2,1,1024]")
                .appName("tests")
                .config("spark.jars", System.getProperty("unmask.spark"))
                .config("spark.plugins", UnmaskPlugin.class.getName())
                .config("spark.ui.enabled", "false")
                .config("spark.executor.extraJavaOptions", "-Dunmask.natives=" + System.getProperty("unmask.natives"))
                .config("spark.sql.shuffle.partitions", "2")
                .config(
                        "spark.sql.warehouse.dir",
                        Path.of("target/warehouse").toUri().toString())
                .getOrCreate();
    }

    /// The process of an executor.
    static ProcessHandle executor(String id) {
        return ProcessHandle.current()
                .descendants()
                .filter(process -> {
                    List<String> arguments = List.of(process.info().arguments().orElse(new String[0]));
                    int option = arguments.indexOf("--executor-id");
                    return option >= 0 && arguments.get(option + 1).equals(id);
                })
                .findFirst()
                .orElseThrow(() -> new AssertionError("no process of executor " + id));
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        context.getRoot().getStore(ExtensionContext.Namespace.GLOBAL).getOrComputeIfAbsent(SESSION, _ -> start());
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType().equals(SparkSession.class);
    }

    @Override
    public SparkSession resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getRoot().getStore(ExtensionContext.Namespace.GLOBAL).get(SESSION, SparkSession.class);
    }
}
