package dev.unmask.cli.bench;

import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import dev.unmask.ort.Bundle;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// What the comparisons of a service with its model share.
///
/// @param rows of a batch, in the service and in the bare session
/// @param callers that saturate the service
/// @param lanes that run the bare session at the same time
/// @param rounds of phases in turn
/// @param progress hears what is being done
record Trial(
        Bundle bundle,
        List<byte[]> photos,
        Bounds bounds,
        int rows,
        int callers,
        int lanes,
        int rounds,
        Consumer<String> progress) {

    private static final String PATH = "/v1/embed";

    /// A server of the bundle, with batches of so many rows.
    ServerProcess server() throws IOException {
        return ServerProcess.start(bundle.folder(), Map.of("UNMASK_MAX_ROWS", Integer.toString(rows)));
    }

    /// A server that was busy for a phase, so that its code is compiled.
    ServerProcess warmServer() throws IOException {
        ServerProcess server = server();
        try {
            progress.accept("warming a server up");
            load(server, new Load.Closed(callers), bounds);
            return server;
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    Bare bare() {
        return new Bare(bundle, photos);
    }

    Measured load(ServerProcess server, Load load, Bounds within) throws IOException {
        List<byte[]> requests = photos.stream()
                .map(photo -> server.target().post(PATH, List.of(), photo))
                .toList();
        try (Wire wire = new HttpWire(server.target(), requests, within.connections())) {
            return new Generator(wire, within).run(load);
        }
    }

    /// Callers who wait, all of whom must be answered: else what was measured is no throughput and no latency.
    Measured closed(ServerProcess server, int number, Bounds within) throws IOException {
        Measured measured = load(server, new Load.Closed(number), within);
        long unanswered = measured.requests() - measured.count(Outcome.ANSWERED);
        if (unanswered > 0) {
            throw new UnmaskException(
                    Fault.UNAVAILABLE,
                    unanswered + " of " + measured.requests() + " requests of " + number
                            + " callers were not answered: " + measured.outcomes() + ", by status "
                            + measured.statuses());
        }
        require(Latency.of(measured.latency(Outcome.ANSWERED)));
        return measured;
    }

    /// Refuses a phase that was too short for what it measures.
    static Latency require(Latency latency) {
        if (latency.count() == 0) {
            throw UnmaskException.invalid("nothing was answered within one phase; --duration makes it longer");
        }
        return latency;
    }

    void round(String comparison, int round) {
        progress.accept(comparison + ": round " + (round + 1) + " of " + rounds);
    }
}
