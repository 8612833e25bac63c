package dev.unmask.server;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.micronaut.context.annotation.Property;
import io.micronaut.context.annotation.Requires;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.runtime.server.EmbeddedServer;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.test.extensions.junit5.annotation.MicronautTest;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/// What the real server logs.
@MicronautTest
@Property(name = "spec", value = "LogsTest")
@Property(name = "unmask.max-rows", value = "1")
@Timeout(60)
class LogsTest {

    private static final Logger ROOT = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);

    private final EmbeddedServer server;
    private final Lines lines = new Lines();

    /// Keeps lines for the test.
    private static final class Lines extends AppenderBase<ILoggingEvent> {

        private final BlockingQueue<ILoggingEvent> events = new LinkedBlockingQueue<>();

        @Override
        protected void append(ILoggingEvent event) {
            event.prepareForDeferredProcessing();
            events.add(event);
        }

        /// The next line of a logger.
        ILoggingEvent of(String logger) throws InterruptedException {
            while (true) {
                ILoggingEvent event = events.poll(30, TimeUnit.SECONDS);
                assertThat(event).isNotNull();
                if (event.getLoggerName().equals(logger)) {
                    return event;
                }
            }
        }
    }

    /// Fails as nobody foresaw.
    @Controller("/v1/broken")
    @Requires(property = "spec", value = "LogsTest")
    static final class Broken {

        @Get
        @ExecuteOn(TaskExecutors.BLOCKING)
        String fail() {
            throw new IllegalStateException("nobody foresaw this");
        }
    }

    LogsTest(EmbeddedServer server) {
        this.server = server;
    }

    @BeforeEach
    void listen() {
        lines.start();
        ROOT.addAppender(lines);
    }

    @AfterEach
    void stopListening() {
        ROOT.detachAppender(lines);
    }

    @Test
    void aRequestIsALineWithoutItsQuery() throws Exception {
        post("/v1/embed?pool=cls&timeout_ms=30000", "id-1");
        ILoggingEvent line = lines.of("access");
        assertThat(line.getLevel()).isEqualTo(Level.INFO);
        assertThat(line.getFormattedMessage())
                .startsWith("method=POST path=/v1/embed status=200 ms=")
                .endsWith(" model=mae-tiny")
                .doesNotContain("30000");
        assertThat(line.getMDCPropertyMap()).containsEntry("request", "id-1");
    }

    @Test
    void whatIsLoggedForARequestCarriesItsId() throws Exception {
        send(request("/v1/broken").header("x-request-id", "id-2").build());
        ILoggingEvent line = lines.of("dev.unmask.door.Problems");
        assertThat(line.getThreadName()).doesNotContain("nioEventLoop");
        assertThat(line.getMDCPropertyMap()).containsEntry("request", "id-2");
    }

    @Test
    void aLineIsAFlatObjectOfJson() throws Exception {
        send(request("/v1/broken").header("x-request-id", "id-3").build());
        JsonNode failure = json(lines.of("dev.unmask.door.Problems"));
        assertThat(failure.path("level").asText()).isEqualTo("ERROR");
        assertThat(failure.path("message").asText()).isEqualTo("/v1/broken failed");
        assertThat(failure.path("request").asText()).isEqualTo("id-3");
        assertThat(failure.path("exception").asText()).startsWith("java.lang.IllegalStateException: nobody foresaw");
        JsonNode access = json(lines.of("access"));
        assertThat(access.path("status").isInt()).isTrue();
        assertThat(access.path("status").asInt()).isEqualTo(500);
        assertThat(access.path("ms").isDouble()).isTrue();
        assertThat(java.time.Instant.parse(access.path("time").asText())).isBefore(java.time.Instant.now());
    }

    @Test
    void probesAreNotLoggedAtInfo() throws Exception {
        send(request("/health/live").build());
        send(request("/v1/models").build());
        assertThat(lines.of("access").getFormattedMessage()).contains("path=/v1/models");
    }

    private static JsonNode json(ILoggingEvent event) throws Exception {
        String line = new String(new JsonLines().encode(event), StandardCharsets.UTF_8);
        assertThat(line).endsWith("}\n").doesNotContain("\n}", "{\n");
        return JsonMapper.builder().build().readTree(line);
    }

    private void post(String path, String id) throws Exception {
        send(request(path)
                .header("content-type", "image/jpeg")
                .header("x-request-id", id)
                .POST(BodyPublishers.ofFile(Path.of("photos/chelsea.jpg")))
                .build());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(server.getURI().resolve(path));
    }

    private static void send(HttpRequest request) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            client.send(request, BodyHandlers.discarding());
        }
    }
}
