package dev.unmask;

import java.time.Instant;
import java.util.List;

/// Where a model runs.
///
/// @param device cpu or cuda:N
/// @param graphs that are loaded there, each with its variant: `encoder.uint8`
/// @param since when
public record Placement(String device, List<String> graphs, Instant since) {

    public Placement {
        graphs = List.copyOf(graphs);
    }
}
