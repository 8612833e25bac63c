package dev.unmask.cli.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.jspecify.annotations.Nullable;

/// The connections to a server: at most so many at a time, the one used last first.
final class Connections implements AutoCloseable {

    /// A server may close a connection that nobody uses; one idle for longer is not trusted with a request.
    private static final Duration LONGEST_IDLE = Duration.ofSeconds(1);

    private final Target target;
    private final Turns turns;
    private final ConcurrentLinkedDeque<Connection> idle = new ConcurrentLinkedDeque<>();

    Connections(Target target, int most) {
        this.target = target;
        this.turns = new Turns(most);
    }

    /// Sends a request on a free connection, waiting for one as long as the deadline allows.
    ///
    /// @param sending runs when a connection was found and the request leaves
    Connection.Reply exchange(byte[] request, long deadline, Runnable sending) throws IOException {
        turns.take(deadline);
        try {
            Connection connection = take(deadline);
            try {
                sending.run();
                return connection.exchange(request, deadline);
            } finally {
                giveBack(connection);
            }
        } finally {
            turns.giveBack();
        }
    }

    @Override
    public void close() throws IOException {
        for (Connection connection = idle.poll(); connection != null; connection = idle.poll()) {
            connection.close();
        }
    }

    private Connection take(long deadline) throws IOException {
        @Nullable Connection last = idle.poll();
        if (last != null && System.nanoTime() - last.lastUsed() > LONGEST_IDLE.toNanos()) {
            last.close();
            close(); // those below it were idle for longer
            last = null;
        }
        return last != null ? last : Connection.open(target, deadline);
    }

    private void giveBack(Connection connection) throws IOException {
        if (connection.reusable()) {
            idle.push(connection);
        } else {
            connection.close();
        }
    }
}
