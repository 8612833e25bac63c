package dev.unmask.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.micronaut.context.annotation.Property;
import io.micronaut.runtime.server.EmbeddedServer;
import io.micronaut.test.extensions.junit5.annotation.MicronautTest;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The operator brings models in and takes them out while callers go on.
@MicronautTest
@Property(name = "unmask.models", value = "src/test/resources/bundles/visualize")
@Property(name = "unmask.model-folder", value = "src/test/resources/bundles")
@Property(name = "unmask.model-control", value = "true")
@Timeout(120)
class ModelControlTest {

    private static final Path PICTURE = Path.of("photos/chelsea.jpg");

    private final HttpClient client = HttpClient.newHttpClient();
    private final EmbeddedServer server;

    ModelControlTest(EmbeddedServer server) {
        this.server = server;
    }

    @Test
    void aModelComesAndGoes() throws Exception {
        assertThat(embed("encoder").statusCode()).isEqualTo(404);
        HttpResponse<String> loaded = post("/v1/models/encoder/load");
        assertThat(loaded.statusCode()).isEqualTo(200);
        assertThat(json(loaded).path("name").asText()).isEqualTo("encoder");
        assertThat(embed("encoder").statusCode()).isEqualTo(200);
        assertThat(post("/v1/models/encoder/unload").statusCode()).isEqualTo(200);
        assertThat(embed("encoder").body()).contains("there is no model 'encoder'; served are visualize");
        assertThat(embed("visualize").statusCode()).isEqualTo(200);
    }

    @Test
    void noRequestFailsWhileItsModelIsReplaced() throws Exception {
        AtomicBoolean replacing = new AtomicBoolean(true);
        Set<Integer> statuses = Collections.synchronizedSet(new TreeSet<>());
        List<Thread> callers = IntStream.range(0, 4)
                .mapToObj(_ -> Thread.startVirtualThread(() -> {
                    while (replacing.get()) {
                        statuses.add(status("visualize"));
                    }
                }))
                .toList();
        for (int i = 0; i < 10; i++) {
            assertThat(post("/v1/models/visualize/load").statusCode()).isEqualTo(200);
        }
        replacing.set(false);
        for (Thread caller : callers) {
            caller.join();
        }
        assertThat(statuses).containsExactly(200);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "nosuch/load|404|there is no model 'nosuch' in the folder of models",
                "nosuch/unload|404|there is no model 'nosuch'; served are visualize",
                "..%2Fbundles/load|400|'../bundles' is no name of a model",
                ".%2E/load|400|'..' is no name of a model",
            })
    void mistakesAreRefused(String path, int status, String detail) throws Exception {
        HttpResponse<String> answer = post("/v1/models/" + path);
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(json(answer).path("detail").asText()).isEqualTo(detail);
    }

    private int status(String model) {
        try {
            return embed(model).statusCode();
        } catch (IOException _) {
            return 0;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private HttpResponse<String> embed(String model) throws IOException, InterruptedException {
        return client.send(
                request("/v1/embed?model=" + model)
                        .header("content-type", "image/jpeg")
                        .POST(BodyPublishers.ofFile(PICTURE))
                        .build(),
                BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String path) throws IOException, InterruptedException {
        return client.send(request(path).POST(BodyPublishers.noBody()).build(), BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(server.getURI().resolve(path));
    }

    private static JsonNode json(HttpResponse<String> answer) throws IOException {
        return JsonMapper.builder().build().readTree(answer.body());
    }
}
