package dev.unmask.job.remote;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unmask.job.remote.Outcome.Answered;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class BalanceTest {

    private static final int WAITING = 5;

    /// Who was just answered asks for his next turn at once, and would have it before those who wait.
    @Test
    void whoCameFirstIsSentFirst() throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            Service service = new Service(client, Address.of("http://localhost:1"), null);
            Balance balance = new Balance(List.of(service), Duration.ofMinutes(1));
            Balance.Turn turn = balance.take();
            for (int i = 1; i < 8; i++) { // all that a service is sent at first
                balance.take();
            }
            Queue<Integer> sent = new ConcurrentLinkedQueue<>();
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < WAITING; i++) {
                threads.add(waiting(balance, i, sent));
            }
            for (int i = 0; i < 3; i++) {
                balance.settle(turn, new Answered(new byte[0]));
                turn = balance.take();
                assertThat(sent).startsWith(0, 1, 2, 3, 4).hasSize(WAITING);
            }
            for (Thread thread : threads) {
                thread.join();
            }
        }
    }

    /// A thread that waits for a turn, notes its number, and is answered.
    private static Thread waiting(Balance balance, int number, Queue<Integer> sent) throws InterruptedException {
        Thread thread = Thread.ofPlatform().daemon().start(() -> {
            try {
                Balance.Turn turn = balance.take();
                sent.add(number);
                balance.settle(turn, new Answered(new byte[0]));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        while (thread.getState() != Thread.State.WAITING && thread.getState() != Thread.State.TIMED_WAITING) {
            Thread.sleep(1);
        }
        return thread;
    }
}
