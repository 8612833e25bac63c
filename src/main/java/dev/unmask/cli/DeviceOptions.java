package dev.unmask.cli;

import dev.unmask.UnmaskException;
import dev.unmask.ort.Choice;
import dev.unmask.ort.Execution;
import dev.unmask.ort.LaneSetup;
import dev.unmask.ort.Precision;
import dev.unmask.ort.Setup;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/// Where a model runs, and how.
public final class DeviceOptions {

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            defaultValue = "auto",
            description = "cpu, cuda:N, tensorrt:N, or auto, the first card if it can be used and else the processor"
                    + " (default: ${DEFAULT-VALUE}).")
    String device;

    @Option(
            names = "--precision",
            paramLabel = "PRECISION",
            defaultValue = "auto",
            description = "Of the numbers inside the graphs: fp32, fp16, bf16, or auto, fp16 on a card if the bundle"
                    + " has it (default: ${DEFAULT-VALUE}).")
    String precision;

    @Option(
            names = "--execution",
            paramLabel = "EXECUTION",
            defaultValue = "auto",
            description = "How a run reaches the device: plain, bound (to the device's memory), graph (bound, and"
                    + " launched as a CUDA graph), or auto, graph on a CUDA card and else plain"
                    + " (default: ${DEFAULT-VALUE}).")
    String execution;

    /// What is asked for, for runs of at most so many rows, with all that its device needs loaded.
    public Setup setup(int maxRows) {
        return setup(Precision.parse(precision), Execution.parse(execution), choice(), maxRows);
    }

    /// The same where several precisions and executions may be asked for, with commas between: each with each.
    public List<Setup> setups(int maxRows) {
        List<Precision> precisions =
                Stream.of(precision.split(",", -1)).map(Precision::parse).toList();
        List<Execution> executions =
                Stream.of(execution.split(",", -1)).map(Execution::parse).toList();
        Choice choice = choice();
        return precisions.stream()
                .flatMap(numbers -> executions.stream().map(way -> setup(numbers, way, choice, maxRows)))
                .toList();
    }

    /// The same for lanes, which may be on several cards.
    public LaneSetup lanes() {
        return new LaneSetup(Choice.of(device, folders()), Precision.parse(precision), Execution.parse(execution), 0);
    }

    private Setup setup(Precision numbers, Execution way, Choice choice, int maxRows) {
        return new Setup(choice.devices().getFirst(), numbers, way, maxRows, 0, choice.why());
    }

    /// A setup in words.
    public static String text(Setup setup) {
        return setup.device().text() + " (" + setup.precision().text() + ", "
                + setup.execution().text() + ")";
    }

    private Choice choice() {
        if (device.contains(",")) {
            throw UnmaskException.invalid("device '" + device
                    + "' names several; this command runs on one; `unmask serve` and tables (--out) on several");
        }
        return Choice.of(device, folders());
    }

    /// Where CUDA's libraries are, before the usual places.
    static String folders() {
        return System.getProperty("unmask.cuda-path", "");
    }
}
