package dev.unmask.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unmask.batch.Batcher;
import dev.unmask.batch.Listener;
import dev.unmask.batch.Policy;
import dev.unmask.task.Catalog;
import dev.unmask.web.Wired.Reply;
import io.micronaut.context.annotation.Property;
import io.micronaut.runtime.server.EmbeddedServer;
import io.micronaut.test.extensions.junit5.annotation.MicronautTest;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Callers who wait for a model that is busy: those who hang up cost it nothing.
@MicronautTest
@Property(name = "unmask.max-rows", value = "1") // loads faster
@Timeout(60)
class HangUpTest implements Listener {

    private static final String PATH = "/v1/embed?model=" + Held.NAME;

    private final EmbeddedServer server;
    private final Connections connections;
    private final Catalog catalog;
    private final LinkedBlockingQueue<Integer> queued = new LinkedBlockingQueue<>();
    private final Held held = new Held();
    private final Batcher batcher = Batcher.start(List.of(held), new Policy(1, 8192, Duration.ZERO, 1), this);
    private final byte[] photo;

    HangUpTest(EmbeddedServer server, Connections connections, Catalog catalog) throws IOException {
        this.server = server;
        this.connections = connections;
        this.catalog = catalog;
        this.photo = Files.readAllBytes(Path.of("photos/chelsea.jpg"));
    }

    @BeforeEach
    void serveTheBusyModel() {
        catalog.put(batcher);
    }

    @AfterEach
    void stop() {
        held.release(1000);
        catalog.remove(Held.NAME);
        batcher.close();
    }

    @Override
    public void queued(int rows, int depth) {
        queued.add(depth);
    }

    @Test
    void aCallerThatClosesItsConnectionWhileItWaitsCostsNoRun() throws Exception {
        try (Wired first = busy()) {
            Wired second = waiting();
            second.close();
            connections.awaitEnd(second);
            onlyTheOthersRun(first);
        }
    }

    @Test
    void aCallerThatCrashesWhileItWaitsCostsNoRun() throws Exception {
        try (Wired first = busy()) {
            Wired second = waiting();
            second.reset();
            connections.awaitEnd(second);
            onlyTheOthersRun(first);
        }
    }

    @Test
    void aCallerThatClosedOnlyItsSendingSideGetsItsAnswer() throws Exception {
        try (Wired first = busy();
                Wired second = waiting()) {
            second.halfClose();
            assertThat(second.next().status()).isEqualTo(100);
            held.release(2);
            assertThat(first.reply().status()).isEqualTo(200);
            assertThat(second.reply().status()).isEqualTo(200);
            assertThat(second.isClosed()).isTrue();
        }
    }

    @Test
    void aStreamThatIsResetWhileItsRequestWaitsCostsNoRun() throws Exception {
        try (HttpClient client = HttpClient.newHttpClient();
                Wired first = busy()) {
            assertThat(alive(client).version()).isEqualTo(HttpClient.Version.HTTP_2);
            HttpRequest request = HttpRequest.newBuilder(server.getURI().resolve(PATH))
                    .header("content-type", "image/jpeg")
                    .POST(BodyPublishers.ofByteArray(photo))
                    .build();
            CompletableFuture<HttpResponse<String>> answer = client.sendAsync(request, BodyHandlers.ofString());
            queued.take();
            answer.cancel(true);
            alive(client); // by the same connection, so the server has seen the reset
            onlyTheOthersRun(first);
        }
    }

    @Test
    void aFullQueueRefusesAtOnce() throws Exception {
        try (Wired first = busy();
                Wired second = waiting();
                Wired third = caller().post(PATH, "image/jpeg", photo)) {
            Reply refusal = third.reply();
            assertThat(refusal.status()).isEqualTo(429);
            assertThat(refusal.text()).contains("queue is full at 1");
            assertThat(Integer.parseInt(refusal.header("retry-after"))).isPositive();
            held.release(2);
            assertThat(first.reply().status()).isEqualTo(200);
            assertThat(second.reply().status()).isEqualTo(200);
        }
    }

    @Test
    void aRequestWhoseDeadlinePassesWhileItWaitsIsRefused() throws Exception {
        try (Wired first = busy();
                Wired second = caller().post(PATH + "&timeout_ms=300", "image/jpeg", photo)) {
            Reply refusal = second.reply();
            assertThat(refusal.status()).isEqualTo(504);
            assertThat(refusal.text()).contains("deadline passed");
            onlyTheOthersRun(first);
        }
    }

    /// A caller whose row keeps the model busy.
    private Wired busy() throws Exception {
        Wired caller = waiting();
        held.awaitRun();
        return caller;
    }

    /// A caller whose row waits in the queue.
    private Wired waiting() throws Exception {
        Wired caller = caller().post(PATH, "image/jpeg", photo);
        queued.take();
        return caller;
    }

    private void onlyTheOthersRun(Wired first) throws Exception {
        held.release(1);
        assertThat(first.reply().status()).isEqualTo(200);
        try (Wired third = waiting()) {
            held.release(1);
            assertThat(third.reply().status()).isEqualTo(200);
        }
        assertThat(held.rows()).isEqualTo(2);
    }

    private HttpResponse<String> alive(HttpClient client) throws Exception {
        return client.send(
                HttpRequest.newBuilder(server.getURI().resolve("/health/live")).build(), BodyHandlers.ofString());
    }

    private Wired caller() throws IOException {
        return new Wired(server.getURI());
    }
}
