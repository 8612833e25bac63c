package dev.unmask.cli.bench;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/// The time from starting the server's process to its ready line.
final class Start {

    private static final double AIM_SECONDS = 2;

    private Start() {}

    static List<Finding> run(Trial trial) throws IOException {
        Rounds rounds = new Rounds();
        for (int round = 0; round < trial.rounds(); round++) {
            trial.round("start", round);
            try (ServerProcess server = trial.server()) {
                rounds.add(Map.of("seconds", server.startedIn().toNanos() / 1e9));
            }
        }
        String what = "start to ready, median of " + trial.rounds();
        return List.of(Finding.atMost(AIM_SECONDS, what, rounds.median("seconds"), "s", rounds));
    }
}
