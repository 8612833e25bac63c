package dev.unmask.cli.bench;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// So many exchanges with a server at a time; who comes later waits for his turn.
final class Turns {

    private final Semaphore free;

    Turns(int most) {
        this.free = new Semaphore(most);
    }

    /// Waits for a turn, as long as the deadline allows.
    void take(long deadline) throws IOException {
        try {
            if (!free.tryAcquire(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                throw new SocketTimeoutException("no connection was free in time");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new SocketTimeoutException("interrupted while waiting for a connection");
        }
    }

    void giveBack() {
        free.release();
    }
}
