package dev.unmask.cli;

import dev.unmask.job.Listener;
import dev.unmask.job.Result;
import dev.unmask.job.Tally;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/// How far a job is, on standard error: a bar on a terminal, else a line now and then; and what failed.
final class Progress implements Listener, AutoCloseable {

    private static final int BAR = 30;
    private static final int NAMED = 20;
    private static final String CLEAR = "\r\033[K";

    private final PrintWriter err;
    private final boolean terminal;
    private final long total;
    private final long before;
    private final Tally tally = new Tally();
    private final long begun = System.nanoTime();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("progress").factory());

    /// @param total rows of the whole job
    /// @param before rows that were there when it began
    Progress(PrintWriter err, boolean terminal, long total, long before) {
        this.err = err;
        this.terminal = terminal;
        this.total = total;
        this.before = before;
        Duration pause = terminal ? Duration.ofMillis(200) : Duration.ofSeconds(10);
        ScheduledFuture<?> _ =
                clock.scheduleAtFixedRate(this::show, pause.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    /// Whether standard error is shown to somebody, as far as the system tells.
    static boolean onTerminal() {
        try {
            String real = Path.of("/dev/stderr").toRealPath().toString();
            return real.startsWith("/dev/pts/") || real.startsWith("/dev/tty");
        } catch (IOException _) {
            return false;
        }
    }

    Tally tally() {
        return tally;
    }

    double seconds() {
        return (System.nanoTime() - begun) / 1e9;
    }

    /// A line of its own.
    synchronized void say(String line) {
        err.println((terminal ? CLEAR : "") + line);
        err.flush();
    }

    @Override
    public void read(long bytes, long nanos) {
        tally.read(bytes, nanos);
    }

    @Override
    public void prepared(long nanos) {
        tally.prepared(nanos);
    }

    @Override
    public void ran(int rows, long nanos) {
        tally.ran(rows, nanos);
    }

    @Override
    public void done(Result result) {
        tally.done(result);
        if (result.error() != null && tally.errors() <= NAMED) {
            say("unmask: " + result.id() + ": " + result.error());
            if (tally.errors() == NAMED) {
                say("unmask: further errors are in the table alone");
            }
        }
    }

    @Override
    public void close() {
        clock.shutdownNow();
        if (terminal) {
            synchronized (this) {
                err.print(CLEAR);
                err.flush();
            }
        }
    }

    private synchronized void show() {
        if (clock.isShutdown()) {
            return;
        }
        if (terminal) {
            err.print(CLEAR + line());
        } else {
            err.println(line());
        }
        err.flush();
    }

    /// How far it is.
    String line() {
        long rows = before + tally.rows();
        double rate = tally.rows() / seconds();
        double part = total == 0 ? 1 : (double) rows / total;
        String bar = terminal ? bar(part) + " " : "";
        String left = rate == 0 ? "" : " · " + time(Math.round((total - rows) / rate)) + " left";
        String errors =
                tally.errors() == 0 ? "" : " · " + tally.errors() + (tally.errors() == 1 ? " error" : " errors");
        return String.format(
                Locale.ROOT,
                "%s%,d of %,d · %.0f%% · %.1f pictures/s%s%s",
                bar,
                rows,
                total,
                100 * part,
                rate,
                errors,
                left);
    }

    private static String bar(double part) {
        int full = (int) Math.floor(BAR * part);
        return "█".repeat(full) + "░".repeat(BAR - full);
    }

    static String time(long seconds) {
        Duration time = Duration.ofSeconds(seconds);
        if (time.toHours() > 0) {
            return time.toHours() + " h " + time.toMinutesPart() + " min";
        }
        return time.toMinutes() > 0 ? time.toMinutes() + " min " + time.toSecondsPart() + " s" : seconds + " s";
    }
}
