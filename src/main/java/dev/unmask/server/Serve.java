package dev.unmask.server;

import dev.unmask.UnmaskException;
import io.micronaut.context.ApplicationContext;
import io.micronaut.http.server.netty.NettyEmbeddedServer;
import java.net.BindException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `unmask serve`: the service, until it is told to stop.
@Command(
        name = "unmask serve",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Serve models over HTTP until stopped.",
        footer = {
            "",
            "Every other setting: application.yml, environment variables (UNMASK_DECODE_THREADS=4), or -D properties.",
            "Exit codes: 0 stopped, 2 usage, 3 cannot run."
        })
public final class Serve implements Callable<Integer> {

    private static final Logger LOG = LoggerFactory.getLogger(Serve.class);
    private static final int CANNOT_RUN = 3;
    private static final int MAX_PORT = 65_535;

    @Option(
            names = "--model",
            paramLabel = "BUNDLE",
            description = "Folder of a bundle; may be repeated (default: the bundled model).")
    @Nullable
    List<String> models;

    @Option(names = "--port", paramLabel = "N", description = "HTTP port, 0 for any free one (default: 8000).")
    @Nullable
    Integer port;

    @Option(names = "--host", paramLabel = "ADDRESS", description = "Address to listen on (default: all).")
    @Nullable
    String host;

    @Option(names = "--device", paramLabel = "DEVICE", description = "cpu, cuda or cuda:N (default: cpu).")
    @Nullable
    String device;

    public static void main(String[] args) {
        int code = new CommandLine(new Serve()).execute(args);
        if (code != 0) {
            System.exit(code);
        }
    }

    @Spec
    CommandSpec spec;

    @Override
    public Integer call() {
        if (port != null && (port < 0 || port > MAX_PORT)) {
            throw new ParameterException(spec.commandLine(), "port " + port + " is not in 0.." + MAX_PORT);
        }
        long start = System.nanoTime();
        try {
            ApplicationContext context =
                    ApplicationContext.builder().properties(properties()).start();
            NettyEmbeddedServer server = context.getBean(NettyEmbeddedServer.class);
            Duration grace = context.getBean(Settings.class).shutdownGrace();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(context, grace), "stop"));
            server.start(); // and loads the models
            LOG.info("ready on {} after {} ms", server.getURL(), (System.nanoTime() - start) / 1_000_000);
            return 0;
        } catch (RuntimeException failure) {
            System.err.println("unmask: " + reason(failure));
            return CANNOT_RUN;
        }
    }

    /// While what was accepted is finished, newcomers are refused; then the port closes, and connections close as their
    /// last answers are sent.
    private static void stop(ApplicationContext context, Duration grace) {
        LOG.info("stopping");
        long deadline = System.nanoTime() + grace.toNanos();
        context.getBean(Models.class).drain(grace);
        try {
            context.getBean(NettyEmbeddedServer.class)
                    .shutdownGracefully()
                    .toCompletableFuture()
                    .get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("some connections did not end within {}", grace, e);
        }
        context.close();
        LOG.info("stopped");
    }

    private Map<String, Object> properties() {
        Map<String, Object> properties = new LinkedHashMap<>();
        put(properties, "unmask.models", models == null ? defaultModel() : models);
        put(properties, "unmask.device", device);
        put(properties, "micronaut.server.port", port);
        put(properties, "micronaut.server.host", host);
        return properties;
    }

    private static @Nullable List<String> defaultModel() {
        String home = System.getProperty("unmask.home");
        return home == null ? null : List.of(home + "/onnx/mae-tiny");
    }

    private static void put(Map<String, Object> properties, String key, @Nullable Object value) {
        if (value != null) {
            properties.put(key, value);
        }
    }

    /// The refusal, or the last cause, of a start that failed.
    private static String reason(RuntimeException failure) {
        Throwable cause = failure;
        while (!(cause instanceof UnmaskException) && cause.getCause() != null) {
            cause = cause.getCause();
        }
        String message = String.valueOf(cause.getMessage());
        return cause instanceof BindException ? "cannot listen on that port: " + message : message;
    }
}
