package dev.unmask.cli.bench;

import java.io.IOException;
import java.util.List;

/// Requests over HTTP/1.1.
final class HttpWire implements Wire {

    private final List<byte[]> requests;
    private final Connections connections;

    /// @param requests in bytes
    /// @param most connections at a time
    HttpWire(Target target, List<byte[]> requests, int most) {
        this.requests = List.copyOf(requests);
        this.connections = new Connections(target, most);
    }

    @Override
    public int exchange(long number, long deadline, Runnable sending) throws IOException {
        byte[] request = requests.get((int) (number % requests.size()));
        return connections.exchange(request, deadline, sending).status();
    }

    @Override
    public void close() throws IOException {
        connections.close();
    }
}
