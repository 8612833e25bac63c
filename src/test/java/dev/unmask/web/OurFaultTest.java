package dev.unmask.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unmask.Answer;
import dev.unmask.Card;
import dev.unmask.Model;
import dev.unmask.Output;
import dev.unmask.Row;
import dev.unmask.batch.Batcher;
import dev.unmask.batch.Listener;
import dev.unmask.batch.Policy;
import dev.unmask.task.Catalog;
import io.micronaut.context.annotation.Property;
import io.micronaut.runtime.server.EmbeddedServer;
import io.micronaut.test.extensions.junit5.annotation.MicronautTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What callers are told when the fault is ours: that it is, and nothing of what went wrong inside.
@MicronautTest
@Property(name = "unmask.max-rows", value = "1") // loads faster
@Timeout(60)
class OurFaultTest {

    private static final String PATH = "/v1/embed?model=" + Held.NAME;

    private final EmbeddedServer server;
    private final Catalog catalog;
    private final byte[] photo;

    OurFaultTest(EmbeddedServer server, Catalog catalog) throws IOException {
        this.server = server;
        this.catalog = catalog;
        this.photo = Files.readAllBytes(Path.of("photos/chelsea.jpg"));
    }

    @AfterEach
    void theNextGoodRequestSucceeds() throws IOException {
        catalog.remove(Held.NAME);
        assertThat(embed("/v1/embed").status()).isEqualTo(200);
    }

    @Test
    void anEngineThatFailsIsOurFault() throws IOException {
        try (Batcher batcher = Batcher.start(
                List.of(new Failing(new Held().card())), new Policy(1, 8192, Duration.ZERO, 1), Listener.NONE)) {
            catalog.put(batcher);
            assertRefused(500, "the engine failed");
        }
    }

    @Test
    void aModelThatLoadsIsNotThereYet() throws IOException {
        catalog.announce(new Held().card());
        assertRefused(503, Held.NAME + " is loading");
    }

    @Test
    void aModelThatDrainsTakesNobodyIn() throws IOException {
        Batcher batcher = Batcher.start(List.of(new Held()), new Policy(1, 8192, Duration.ZERO, 1), Listener.NONE);
        catalog.put(batcher);
        batcher.close();
        assertRefused(503, "the service is draining");
    }

    private void assertRefused(int status, String detail) throws IOException {
        Wired.Reply reply = embed(PATH);
        assertThat(reply.status()).isEqualTo(status);
        assertThat(reply.header("content-type")).startsWith("application/problem+json");
        assertThat(reply.text())
                .contains("\"detail\":\"" + detail + "\"", "\"error\":\"" + detail + "\"")
                .doesNotContain("secret", "\tat ");
    }

    private Wired.Reply embed(String path) throws IOException {
        try (Wired caller = new Wired(server.getURI())) {
            return caller.post(path, "image/jpeg", photo).reply();
        }
    }

    private record Failing(Card card) implements Model {

        @Override
        public List<Answer> run(List<Row> rows, Set<Output> wanted) {
            throw new IllegalStateException("a secret of the engine");
        }
    }
}
