package dev.unmask.server;

import dev.unmask.UnmaskException;
import io.micronaut.context.ApplicationContext;
import io.micronaut.context.env.EnvironmentPropertySource;
import io.micronaut.context.env.PropertySource;
import io.micronaut.context.env.yaml.YamlPropertySourceLoader;
import io.micronaut.context.exceptions.ConfigurationException;
import io.micronaut.http.server.netty.NettyEmbeddedServer;
import java.io.IOException;
import java.net.BindException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
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
        description = "Serve models over HTTP and gRPC until stopped.",
        footer = {
            "",
            "Every other setting: in the form of application.yml in FILE, as environment variables",
            "(UNMASK_DECODE_THREADS=4), or as -D properties.",
            "Exit codes: 143 stopped by SIGTERM, 2 usage, 3 cannot run."
        })
public final class Serve implements Callable<Integer> {

    private static final Logger LOG = LoggerFactory.getLogger(Serve.class);
    private static final int USAGE = 2;
    private static final int CANNOT_RUN = 3;
    private static final int MAX_PORT = 65_535;

    /// How Micronaut wraps the reason why a setting of its own cannot be read.
    private static final String BURIED = "(?s).*Message: (.*?)\\s*Path Taken.*";

    @Option(
            names = "--model",
            paramLabel = "BUNDLE",
            description = "Folder of a bundle; may be repeated (default: the bundled model).")
    @Nullable
    List<String> models;

    @Option(names = "--port", paramLabel = "N", description = "HTTP port, 0 for any free one (default: 8000).")
    @Nullable
    Integer port;

    @Option(names = "--grpc-port", paramLabel = "N", description = "gRPC port, 0 for any free one (default: 8001).")
    @Nullable
    Integer grpcPort;

    @Option(names = "--host", paramLabel = "ADDRESS", description = "Address to listen on (default: all).")
    @Nullable
    String host;

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            description = "cpu, cuda:N, tensorrt:N, several cards (cuda:0,cuda:1), or auto, the first card if it can be"
                    + " used and else the processor (default: auto).")
    @Nullable
    String device;

    @Option(
            names = "--precision",
            paramLabel = "PRECISION",
            description = "Of the numbers inside the graphs: fp32, fp16, bf16, or auto, fp16 on a card if the bundle"
                    + " has it (default: auto).")
    @Nullable
    String precision;

    @Option(
            names = "--execution",
            paramLabel = "EXECUTION",
            description = "How a run reaches the device: plain, bound, graph, or auto (default: auto).")
    @Nullable
    String execution;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "YAML with any settings, in the form of application.yml.")
    @Nullable
    Path config;

    public static void main(String[] args) {
        int code = commandLine().execute(args);
        if (code != 0) {
            System.exit(code);
        }
    }

    static CommandLine commandLine() {
        return new CommandLine(new Serve()).setParameterExceptionHandler((refusal, _) -> {
            refusal.getCommandLine().getErr().println("unmask: " + refusal.getMessage());
            refusal.getCommandLine().getErr().println("Try 'unmask serve --help'.");
            return USAGE;
        });
    }

    @Spec
    CommandSpec spec;

    private volatile boolean failed;

    @Override
    public Integer call() {
        checkPort("port", port);
        checkPort("grpc-port", grpcPort);
        ApplicationContext context = ApplicationContext.builder()
                .properties(properties())
                .propertySources(file())
                .build();
        String address = "";
        long start = System.nanoTime();
        try {
            context.start();
            address = "micronaut.server.port " + context.getRequiredProperty("micronaut.server.port", String.class)
                    + " of "
                    + context.getProperty("micronaut.server.host", String.class).orElse("all addresses");
            NettyEmbeddedServer server = context.getBean(NettyEmbeddedServer.class);
            Duration grace = context.getBean(Settings.class).shutdownGrace();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(context, grace), "stop"));
            server.start(); // and loads the models
            LOG.info("ready on {} after {} ms", server.getURL(), (System.nanoTime() - start) / 1_000_000);
            return 0;
        } catch (RuntimeException | Error failure) { // else the open port would keep the process
            failed = true;
            spec.commandLine().getErr().println("unmask: " + reason(failure, address));
            return CANNOT_RUN;
        }
    }

    private void checkPort(String name, @Nullable Integer number) {
        if (number != null && (number < 0 || number > MAX_PORT)) {
            throw new ParameterException(spec.commandLine(), name + " " + number + " is not in 0.." + MAX_PORT);
        }
    }

    /// While what was accepted is finished, newcomers are refused; then the ports close, and connections close as
    /// their last answers are sent.
    private void stop(ApplicationContext context, Duration grace) {
        if (failed) {
            return;
        }
        LOG.info("stopping");
        long deadline = System.nanoTime() + grace.toNanos();
        context.getBean(Models.class).drain(grace);
        CompletableFuture<?> http =
                context.getBean(NettyEmbeddedServer.class).shutdownGracefully().toCompletableFuture();
        context.findBean(GrpcServer.class).ifPresent(grpc -> grpc.stop(left(deadline)));
        try {
            http.get(left(deadline).toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("some connections did not end within {}", grace, e);
        }
        context.close();
        LOG.info("stopped");
    }

    private static Duration left(long deadline) {
        return Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
    }

    private Map<String, Object> properties() {
        Map<String, Object> properties = new LinkedHashMap<>();
        put(properties, "unmask.models", models);
        put(properties, "unmask.device", device);
        put(properties, "unmask.precision", precision);
        put(properties, "unmask.execution", execution);
        put(properties, "micronaut.server.port", port);
        put(properties, "unmask.grpc.port", grpcPort);
        put(properties, "micronaut.server.host", host);
        return properties;
    }

    /// The operator's own file, which is read over application.yml and under everything else.
    private PropertySource[] file() {
        if (config == null) {
            return new PropertySource[0];
        }
        try {
            Map<String, Object> settings =
                    new YamlPropertySourceLoader().read(config.toString(), Files.readAllBytes(config));
            return new PropertySource[] {
                PropertySource.of(config.toString(), settings, EnvironmentPropertySource.POSITION - 50)
            };
        } catch (IOException e) {
            throw new ParameterException(spec.commandLine(), config + " is not a file that can be read", e);
        } catch (ConfigurationException e) { // is no YAML
            throw new ParameterException(spec.commandLine(), oneLine(String.valueOf(e.getMessage())), e);
        }
    }

    private static void put(Map<String, Object> properties, String key, @Nullable Object value) {
        if (value != null) {
            properties.put(key, value);
        }
    }

    /// The refusal, or the last cause, of a start that failed, in one line.
    private static String reason(Throwable failure, String address) {
        Throwable cause = failure;
        while (!(cause instanceof UnmaskException) && cause.getCause() != null) {
            cause = cause.getCause();
        }
        String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        if (cause instanceof BindException || cause instanceof UnresolvedAddressException) {
            message = "cannot listen on " + address + ": " + message;
        }
        return oneLine(message.replaceFirst(BURIED, "$1"));
    }

    private static String oneLine(String text) {
        return text.strip().replaceAll("\\s*\\R\\s*", " ");
    }
}
