package dev.unmask.cli.bench;

import dev.unmask.cli.Version;
import dev.unmask.ort.Engine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.stream.Stream;

/// Where and with what something was measured.
///
/// @param load of the machine in the minute before
record Environment(
        String date, String unmask, String cpu, int cores, String load, String os, String java, String onnxRuntime) {

    static Environment here() {
        return new Environment(
                LocalDate.now(ZoneOffset.UTC).toString(),
                Version.text(),
                firstLine("/proc/cpuinfo", "model name").replaceFirst(".*:", "").strip(),
                Runtime.getRuntime().availableProcessors(),
                firstLine("/proc/loadavg", "").replaceFirst(" .*", ""),
                System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                        + System.getProperty("os.arch"),
                System.getProperty("java.runtime.version") + " " + System.getProperty("java.vendor"),
                Engine.version());
    }

    @Override
    public String toString() {
        return """
                date     %s, unmask %s
                machine  %s, %d cores, %s
                load     %s before the run
                java     %s
                engine   ONNX Runtime %s
                """.formatted(date, unmask, cpu, cores, os, load, java, onnxRuntime);
    }

    private static String firstLine(String file, String start) {
        try (Stream<String> lines = Files.lines(Path.of(file))) {
            return lines.filter(line -> line.startsWith(start)).findFirst().orElse("unknown");
        } catch (IOException _) {
            return "unknown";
        }
    }
}
