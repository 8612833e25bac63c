package dev.unmask.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;

/// The service as programs ask it, to compare what the page shows with.
record Api(HttpClient client, URI server) {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    BufferedImage panel(Path picture, String query, String panel) throws IOException, InterruptedException {
        byte[] png = ask(picture, "/v1/reconstruct?" + query + "&panels=" + panel, "image/png");
        return ImageIO.read(new ByteArrayInputStream(png));
    }

    JsonNode json(Path picture, String path) throws IOException, InterruptedException {
        return JSON.readTree(ask(picture, path, "application/json"));
    }

    private byte[] ask(Path picture, String path, String accept) throws IOException, InterruptedException {
        HttpResponse<byte[]> answer = client.send(
                HttpRequest.newBuilder(server.resolve(path))
                        .header("content-type", "application/octet-stream")
                        .header("accept", accept)
                        .POST(BodyPublishers.ofFile(picture))
                        .build(),
                BodyHandlers.ofByteArray());
        assertThat(answer.statusCode()).isEqualTo(200);
        return answer.body();
    }

    /// Holds the four panels that are shown against what the service answers to a question about the whole picture.
    void assertPanels(Visitor visitor, Path picture, String query) throws IOException, InterruptedException {
        assertSame(visitor.picture("#original"), panel(picture, query, "original"));
        assertSame(visitor.picture("#masked"), panel(picture, query, "masked"));
        assertSame(visitor.picture("#reconstruction"), panel(picture, query, "reconstruction"));
        assertSame(visitor.picture("#painted"), panel(picture, query, "combined"));
    }

    static JsonNode parse(String json) throws IOException {
        return JSON.readTree(json);
    }

    static void assertSame(BufferedImage shown, BufferedImage told) {
        assertThat(shown.getWidth()).isEqualTo(told.getWidth());
        assertThat(shown.getHeight()).isEqualTo(told.getHeight());
        assertThat(pixels(shown)).isEqualTo(pixels(told));
    }

    private static int[] pixels(BufferedImage picture) {
        return IntStream.range(0, picture.getWidth() * picture.getHeight())
                .map(i -> picture.getRGB(i % picture.getWidth(), i / picture.getWidth()))
                .toArray();
    }
}
