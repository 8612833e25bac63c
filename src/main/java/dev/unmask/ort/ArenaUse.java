package dev.unmask.ort;

/// Native memory that ONNX Runtime keeps for the tensors between operators; weights are partly in it, partly mapped.
///
/// @param inUse bytes taken at this moment
/// @param maxInUse the most that were ever taken at a time, graph by graph
/// @param total bytes obtained from the system
public record ArenaUse(long inUse, long maxInUse, long total) {

    static final ArenaUse NONE = new ArenaUse(0, 0, 0);

    public ArenaUse plus(ArenaUse other) {
        return new ArenaUse(inUse + other.inUse, maxInUse + other.maxInUse, total + other.total);
    }
}
