package dev.unmask.job.remote;

import dev.unmask.UnmaskException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What became of a request.
sealed interface Outcome {

    /// The service did what it was asked for.
    final class Answered implements Outcome {

        private final byte[] body;

        Answered(byte[] body) {
            this.body = body;
        }

        byte[] body() {
            return body;
        }
    }

    /// The service says that it will not, whatever the time: because of the picture, or of the request.
    record Refused(UnmaskException why) implements Outcome {}

    /// The service has no room, or no model yet.
    ///
    /// @param after when to come again, if it says
    record Busy(String why, @Nullable Duration after) implements Outcome {}

    /// There was no answer, or none of the service's own making.
    record Lost(String why) implements Outcome {}
}
