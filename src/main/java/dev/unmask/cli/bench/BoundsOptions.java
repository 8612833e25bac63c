package dev.unmask.cli.bench;

import dev.unmask.UnmaskException;
import java.time.Duration;
import picocli.CommandLine.Option;

/// How long, and how much at most.
final class BoundsOptions {

    private static final int MOST_REQUESTS = 10_000_000;
    private static final int MOST_CONNECTIONS = 10_000;
    private static final double LONGEST = 86_400;

    @Option(
            names = "--duration",
            paramLabel = "SECONDS",
            defaultValue = "10",
            description = "How long each phase is measured (default: ${DEFAULT-VALUE}).")
    double duration;

    @Option(
            names = "--warm-up",
            paramLabel = "SECONDS",
            defaultValue = "3",
            description = "Load before that, which is not measured (default: ${DEFAULT-VALUE}).")
    double warmUp;

    @Option(
            names = "--requests",
            paramLabel = "N",
            defaultValue = "100000",
            description = "Requests of one phase at most (default: ${DEFAULT-VALUE}).")
    int requests;

    @Option(
            names = "--connections",
            paramLabel = "N",
            defaultValue = "2048",
            description = "Connections at most at a time (default: ${DEFAULT-VALUE}).")
    int connections;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description = "How long a caller waits for an answer (default: ${DEFAULT-VALUE}).")
    double timeout;

    Bounds bounds() {
        require("--requests", requests, 1, MOST_REQUESTS);
        require("--connections", connections, 1, MOST_CONNECTIONS);
        return new Bounds(
                seconds("--warm-up", warmUp, 0),
                seconds("--duration", duration, 0.1),
                requests,
                connections,
                seconds("--timeout", timeout, 0.1));
    }

    static void require(String option, double value, double least, double most) {
        if (!(value >= least && value <= most)) {
            throw UnmaskException.invalid(
                    option + " is " + number(value) + "; it is " + number(least) + " to " + number(most));
        }
    }

    private static Duration seconds(String option, double value, double least) {
        require(option, value, least, LONGEST);
        return Duration.ofNanos((long) (value * 1e9));
    }

    private static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }
}
