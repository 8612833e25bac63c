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
    private static final Pattern GRPC = Pattern.compile("gRPC on \\S*:(\\d+)");
    private static final Duration LONGEST_START = Duration.ofMinutes(2);
    private static final Duration LONGEST_STOP = Duration.ofSeconds(30);

    private static final String LOOPBACK = "http://127.0.0.1:";

    private final Process process;
    private final Doors doors;
    private final Duration startedIn;

    /// Where it listens.
    private record Doors(Target http, Target grpc) {}

    private ServerProcess(Process process, Doors doors, Duration startedIn) {
        this.process = process;
        this.doors = doors;
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
        Doors doors = doors(process);
        Duration startedIn = Duration.ofNanos(System.nanoTime() - start);
        tooLong.cancel(false);
        return new ServerProcess(process, doors, startedIn);
    }

    Target target() {
        return doors.http();
    }

    Target grpc() {
        return doors.grpc();
    }

    /// What it has taken of all cores so far.
    Duration cpu() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
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
    private static Doors doors(Process process) throws IOException {
        List<String> log = new ArrayList<>();
        String grpc = "";
        BufferedReader lines = process.inputReader();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            Matcher ready = READY.matcher(line);
            if (ready.find()) {
                Thread.ofVirtual().start(() -> drop(lines));
                return new Doors(Target.of(LOOPBACK + ready.group(1)), Target.of(LOOPBACK + grpc));
            }
            Matcher heard = GRPC.matcher(line);
            grpc = heard.find() ? heard.group(1) : grpc;
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
