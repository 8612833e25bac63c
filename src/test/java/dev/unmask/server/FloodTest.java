package dev.unmask.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Many of the costliest pictures at once, to a service with little memory.
@Timeout(120)
class FloodTest {

    /// Eight decoders would need eight times 120 MB of a heap of 256 MB, if they were not held back.
    @Test
    void aFloodOfPicturesTakesNoMoreMemoryThanThereIs() throws Exception {
        List<String> little = List.of("-Xmx256m", "-XX:+ExitOnOutOfMemoryError", "-Dunmask.decode-threads=8");
        try (ServeProcess service = ServeProcess.start(little, "--port", "0", "--host", "127.0.0.1");
                HttpClient client = HttpClient.newHttpClient()) {
            URI uri = service.ready().resolve("/v1/embed");
            HttpRequest request = HttpRequest.newBuilder(uri)
                    .header("content-type", "image/jpeg")
                    .POST(BodyPublishers.ofFile(Path.of("src/test/resources/images/costly.jpg")))
                    .build();
            List<CompletableFuture<HttpResponse<String>>> answers = Stream.generate(
                            () -> client.sendAsync(request, BodyHandlers.ofString()))
                    .limit(12)
                    .toList();
            for (CompletableFuture<HttpResponse<String>> answer : answers) {
                assertThat(answer.join().statusCode()).as("%s", service.log()).isEqualTo(200);
            }
        }
    }
}
