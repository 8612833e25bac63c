package dev.unmask.job.remote;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/// How many requests one service is sent at a time, and when none. The number rises by one with as many answers as it
/// is, and is halved when the service has no room or is lost (AIMD); then nothing is sent for as long as the service
/// says, or for a while that doubles each time. Not safe for several threads; times are of [System#nanoTime].
final class Pace {

    static final int MOST = 256;

    private static final int FIRST = 8;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    private final DoubleSupplier random;
    private double limit = FIRST;
    private int outstanding;
    private int setbacks;
    private long setbackAt;
    private long resumesAt;
    private long silentSince;
    private @Nullable String trouble;

    Pace() {
        this(() -> ThreadLocalRandom.current().nextDouble());
    }

    /// @param random in 0..1, so that those who were sent away together do not come back together
    Pace(DoubleSupplier random) {
        this.random = random;
    }

    /// Whether another request may be sent. A service in trouble is tried with one.
    boolean isOpen(long now) {
        return pause(now) <= 0 && outstanding < (trouble == null ? limit() : 1);
    }

    /// Nanoseconds until it may be tried again.
    long pause(long now) {
        return trouble == null ? 0 : resumesAt - now;
    }

    int outstanding() {
        return outstanding;
    }

    int limit() {
        return (int) limit;
    }

    /// What kept it from answering; null if it answered last.
    @Nullable
    String trouble() {
        return trouble;
    }

    /// How long it has not answered, for all that was sent.
    long silence(long now) {
        return trouble == null ? 0 : now - silentSince;
    }

    void sent() {
        outstanding++;
    }

    /// A request came to nothing by our own will.
    void withdrawn() {
        outstanding--;
    }

    void answered() {
        if (2 * outstanding >= limit) {
            limit = Math.min(MOST, limit + 1 / limit);
        }
        outstanding--;
        setbacks = 0;
        trouble = null;
    }

    /// The service had no room, or was lost.
    ///
    /// @param sent when the request was
    /// @param after for which nothing is to be sent, if the service says
    void setBack(long sent, long now, String why, @Nullable Duration after) {
        outstanding--;
        if (trouble == null) {
            silentSince = now;
        }
        boolean news = setbacks == 0 || sent - setbackAt >= 0; // else one of many that were sent before the last one
        if (news) {
            limit = Math.max(1, limit / 2);
            setbacks++;
            setbackAt = now;
        }
        long pause = after == null ? backoff() : (long) (after.toNanos() * (1 + random.getAsDouble() / 10));
        resumesAt = trouble == null || now + pause - resumesAt > 0 ? now + pause : resumesAt;
        trouble = why;
    }

    private long backoff() {
        double pause = (double) FIRST_PAUSE.toNanos() * Math.pow(2, setbacks - 1.0);
        return (long) (Math.min(pause, (double) LONGEST_PAUSE.toNanos()) * (1 + random.getAsDouble()) / 2);
    }
}
