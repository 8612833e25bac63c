package dev.unmask.cli.bench;

import java.io.IOException;

/// How requests reach a server. Sends each once, and is safe for many threads.
interface Wire extends AutoCloseable {

    /// Sends a request and waits for its answer, both before a deadline in the time of [System#nanoTime].
    ///
    /// @param number of the request; they are sent in turn
    /// @param sending runs when the request leaves
    /// @return the status of the answer, in the numbers of HTTP
    int exchange(long number, long deadline, Runnable sending) throws IOException;

    @Override
    void close() throws IOException;
}
