package dev.unmask.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// `unmask serve` in a process of its own, on a free port. Closing kills it.
final class ServeProcess implements AutoCloseable {

    private static final Pattern READY = Pattern.compile("ready on (\\S+) after");

    private static final Pattern GRPC = Pattern.compile("gRPC on \\S+:(\\d+)");

    private final Process process;
    private final BufferedReader log;
    private final List<String> lines = Collections.synchronizedList(new ArrayList<>());

    private ServeProcess(Process process) {
        this.process = process;
        this.log = new BufferedReader(new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8));
    }

    static ServeProcess start(List<String> jvm, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("--enable-native-access=ALL-UNNAMED");
        command.add("-Dunmask.natives=" + System.getProperty("unmask.natives"));
        command.addAll(jvm);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.unmask.server.Serve"));
        command.addAll(List.of("--grpc-port", "0"));
        command.addAll(List.of(arguments));
        return new ServeProcess(new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start());
    }

    /// Waits until the service is ready. What it logs from then on is read in the background.
    URI ready() throws IOException {
        String line = log.readLine();
        while (line != null) {
            lines.add(line);
            Matcher ready = READY.matcher(line);
            if (ready.find()) {
                Thread.ofVirtual().start(this::readOn);
                return URI.create(ready.group(1));
            }
            line = log.readLine();
        }
        throw new AssertionError("the service ended before it was ready: " + lines);
    }

    private void readOn() {
        try {
            for (String line = log.readLine(); line != null; line = log.readLine()) {
                lines.add(line);
            }
        } catch (IOException _) {
            // the process was killed
        }
    }

    /// The port of gRPC, known once the service is ready.
    int grpcPort() {
        return lines.stream()
                .map(GRPC::matcher)
                .filter(Matcher::find)
                .map(line -> Integer.parseInt(line.group(1)))
                .findFirst()
                .orElseThrow();
    }

    Process process() {
        return process;
    }

    List<String> log() {
        return List.copyOf(lines);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
