package dev.unmask;

import java.time.Instant;
import java.util.List;

/// Where a model runs, and how.
///
/// @param device cpu, cuda:N or tensorrt:N
/// @param precision of the numbers inside the graphs: fp32, fp16 or bf16
/// @param execution how a run reaches the device: plain, bound or graph
/// @param why so, for people
/// @param graphs that are loaded there, each with its variant: `encoder.uint8`
/// @param since when
public record Placement(
        String device, String precision, String execution, String why, List<String> graphs, Instant since) {

    public Placement {
        graphs = List.copyOf(graphs);
    }
}
