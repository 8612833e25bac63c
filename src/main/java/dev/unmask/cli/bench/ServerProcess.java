package dev.unmask.cli.bench;

import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A server of our own on a free port of the loopback address. It ends with its owner.
final class ServerProcess implements AutoCloseable {

    private static final Pattern READY = Pattern.compile("ready on https?://\\S*:(\\d+) after \\d+ ms");
    private static final Duration LONGEST_START = Duration.ofMinutes(2);
    private static final Duration LONGEST_STOP = Duration.ofSeconds(30);

    private final Process process;
    private final Target target;
    private final Duration startedIn;

    private ServerProcess(Process process, Target target, Duration startedIn) {
        this.process = process;
        this.target = target;
        this.startedIn = startedIn;
    }

    /// Starts a server as a user would and waits until it is ready.
    ///
    /// @param settings variables of its environment
    static ServerProcess start(Path bundle, Map<String, String> settings) throws IOException {
        List<String> command = new ArrayList<>(serve());
        command.addAll(List.of("--host", "127.0.0.1", "--port", "0", "--grpc-port", "0"));
        command.addAll(List.of("--model", bundle.toAbsolutePath().toString()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(settings);
        long start = System.nanoTime();
        Process process = builder.start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroy, "stop server"));
        CompletableFuture<Void> tooLong = CompletableFuture.runAsync(
                process::destroyForcibly,
                CompletableFuture.delayedExecutor(LONGEST_START.toSeconds(), TimeUnit.SECONDS));
        Target target = target(process);
        Duration startedIn = Duration.ofNanos(System.nanoTime() - start);
        tooLong.cancel(false);
        return new ServerProcess(process, target, startedIn);
    }

    Target target() {
        return target;
    }

    /// From the start of the process to its ready line.
    Duration startedIn() {
        return startedIn;
    }

    /// Bytes of memory that the process occupies now.
    long resident() {
        Path status = Path.of("/proc/" + process.pid() + "/status");
        try (Stream<String> lines = Files.lines(status)) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                    .findFirst()
                    .orElseThrow(() -> new IOException("no VmRSS"));
        } catch (IOException e) {
            throw new UnmaskException(Fault.UNAVAILABLE, "cannot read the server's memory from " + status, e);
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(LONGEST_STOP.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException _) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /// The launcher, so that its choice of JVM options is the one measured; where there is none, this JVM once more.
    private static List<String> serve() {
        String home = System.getProperty("unmask.home");
        if (home != null && Files.isExecutable(Path.of(home, "unmask"))) {
            return List.of(home + "/unmask", "serve");
        }
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.unmask.server.Serve");
    }

    /// Reads the log up to the ready line; what follows is read and dropped, so that the server never waits for us.
    private static Target target(Process process) throws IOException {
        List<String> log = new ArrayList<>();
        BufferedReader lines = process.inputReader();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            Matcher ready = READY.matcher(line);
            if (ready.find()) {
                Thread.ofVirtual().start(() -> drop(lines));
                return Target.of("http://127.0.0.1:" + ready.group(1));
            }
            log.add(line);
        }
        String reason = log.reversed().stream()
                .filter(line -> line.startsWith("unmask: "))
                .findFirst()
                .orElse(log.isEmpty() ? "it said nothing" : log.getLast());
        throw new UnmaskException(
                Fault.UNAVAILABLE, "the server did not start: " + reason.replaceFirst("^unmask: ", ""));
    }

    private static void drop(BufferedReader lines) {
        try {
            lines.transferTo(Writer.nullWriter());
        } catch (IOException _) {
            // the server has ended
        }
    }
}
