package dev.unmask.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unmask.web.Wired.Reply;
import io.micronaut.context.ApplicationContext;
import io.micronaut.context.annotation.Property;
import io.micronaut.runtime.server.EmbeddedServer;
import io.micronaut.test.extensions.junit5.annotation.MicronautTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Bodies that come in at a time are bounded by what their heads announce.
@MicronautTest
@Property(name = "unmask.max-rows", value = "1") // loads faster
@Property(name = "unmask.bytes-in-flight", value = "33554432") // one body of the greatest length
@Timeout(60)
class InflowTest {

    private final EmbeddedServer server;
    private final byte[] photo;

    InflowTest(EmbeddedServer server) throws IOException {
        this.server = server;
        this.photo = Files.readAllBytes(Path.of("photos/chelsea.jpg"));
    }

    @Test
    void aBodyThatMayBeAsLongAsItLikesCountsAsTheLongest() throws Exception {
        try (Wired first =
                        caller().head("/v1/embed", "image/jpeg", "transfer-encoding: chunked", "expect: 100-continue");
                Wired second = caller()) {
            assertThat(first.next().status()).isEqualTo(100); // so it was let in
            Reply refusal = second.post("/v1/embed", "image/jpeg", photo).reply();
            assertThat(refusal.status()).isEqualTo(429);
            assertThat(refusal.text())
                    .contains("bodies of 33554432 bytes are in work; with " + photo.length
                            + " more they exceed the limit of 33554432");
            assertThat(refusal.headers()).containsEntry("retry-after", "1");
            assertThat(second.send("GET /health/live HTTP/1.1\r\nhost: test\r\n\r\n")
                            .reply()
                            .status())
                    .isEqualTo(200);
            first.reset();
            whatWasTakenIsGivenBack();
        }
    }

    @Test
    void whatARequestTookIsGivenBackWithItsAnswer() throws Exception {
        byte[] quarter = new byte[8 << 20];
        try (Wired caller = caller()) {
            for (int i = 0; i < 8; i++) {
                assertThat(caller.post("/v1/embed", "image/jpeg", quarter)
                                .reply()
                                .status())
                        .isEqualTo(415);
            }
            assertThat(caller.post("/v1/embed", "image/jpeg", photo).reply().status())
                    .isEqualTo(200);
        }
    }

    @Test
    void aLimitThatLetsNoLongBodyInFailsTheStart() {
        assertThatThrownBy(() -> ApplicationContext.run(Map.of("unmask.bytes-in-flight", 9))
                        .close())
                .rootCause()
                .hasMessage("unmask.bytes-in-flight is 9, less than the 33554432 bytes that one request may have");
    }

    /// Once the server has seen that the caller is gone.
    private void whatWasTakenIsGivenBack() throws IOException {
        try (Wired caller = caller()) {
            while (caller.post("/v1/embed", "image/jpeg", photo).reply().status() != 200) {
                assertThat(Thread.interrupted()).isFalse(); // the time limit of the test
            }
        }
    }

    private Wired caller() throws IOException {
        return new Wired(server.getURI());
    }
}
