package dev.unmask.ort;

import dev.unmask.Output;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The way of rows through the graphs of a lane.
///
/// @param inputs that no earlier graph gives
/// @param outputs that are wanted
record Steps(List<BoundGraph> graphs, List<Manifest.Port> inputs, List<Manifest.Port> outputs) {

    static Steps of(List<BoundGraph> graphs, Set<Output> wanted) {
        List<Manifest.Port> inputs = new ArrayList<>();
        List<Manifest.Port> outputs = new ArrayList<>();
        Set<String> there = new HashSet<>();
        for (BoundGraph graph : graphs) {
            graph.inputs().stream().filter(input -> there.add(input.name())).forEach(inputs::add);
            for (Manifest.Port output : graph.outputs()) {
                there.add(output.name());
                if (wanted.contains(Output.of(output.name()))) {
                    outputs.add(output);
                }
            }
        }
        return new Steps(graphs, inputs, outputs);
    }
}
