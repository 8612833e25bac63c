package dev.unmask.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unmask.door.Coding;
import io.micronaut.runtime.server.EmbeddedServer;
import io.micronaut.test.extensions.junit5.annotation.MicronautTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The files of the pages: their types and policy, that browsers keep them, that nothing else is given away.
@MicronautTest
class PageControllerTest {

    private static final Path RESOURCES = Path.of("src/main/resources");
    private static final int MOST_BYTES = 100_000;

    @Inject
    EmbeddedServer server;

    private final HttpClient client = HttpClient.newHttpClient();

    @ParameterizedTest
    @CsvSource({
        "/,page/index.html,text/html;charset=utf-8",
        "/page/main.js,page/main.js,text/javascript;charset=utf-8",
        "/page/page.css,page/page.css,text/css",
        "/page/icon.svg,page/icon.svg,image/svg+xml",
        "/page/photos/coffee.jpg,page/photos/coffee.jpg,image/jpeg",
        "/page/photos/first.webp,page/photos/first.webp,image/webp",
        "/docs,docs/index.html,text/html;charset=utf-8",
        "/docs/docs.js,docs/docs.js,text/javascript;charset=utf-8"
    })
    void aFileComesWithItsTypeAndThePolicy(String path, String file, String type) throws Exception {
        HttpResponse<byte[]> answer = get(path, "accept", type);
        assertThat(answer.body()).isEqualTo(resource(file));
        assertThat(header(answer, "content-type")).isEqualTo(type);
        assertThat(header(answer, "content-security-policy"))
                .isEqualTo("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:;"
                        + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
        assertThat(header(answer, "x-content-type-options")).isEqualTo("nosniff");
        assertThat(header(answer, "referrer-policy")).isEqualTo("no-referrer");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/page/page.css", "/page/photos/coffee.jpg"})
    void aFileThatTheBrowserHasIsNotSentAgain(String path) throws Exception {
        HttpResponse<byte[]> first = get(path);
        assertThat(header(first, "cache-control")).isEqualTo("no-cache");
        HttpResponse<byte[]> second = get(path, "if-none-match", header(first, "etag"));
        assertThat(second.statusCode()).isEqualTo(304);
        assertThat(second.body()).isEmpty();
        assertThat(header(second, "etag")).isEqualTo(header(first, "etag"));
    }

    @Test
    void textsArePackedForThoseWhoReadThatAndPhotosAreNot() throws Exception {
        HttpResponse<byte[]> script = get("/page/main.js", "accept-encoding", "br, gzip");
        assertThat(header(script, "content-encoding")).isEqualTo("gzip");
        assertThat(header(script, "vary")).isEqualTo("accept-encoding");
        assertThat(Coding.GZIP.unpack(script.body(), MOST_BYTES)).isEqualTo(resource("page/main.js"));
        assertThat(get("/page/photos/coffee.jpg", "accept-encoding", "gzip")
                        .headers()
                        .firstValue("content-encoding"))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/page/nosuch.js",
                "/page/photos",
                "/page/../application.yml",
                "/page/%2e%2e/application.yml",
                "/page//application.yml",
                "/docs/../page/main.js"
            })
    void nothingButTheFilesOfThePagesIsGivenAway(String path) throws Exception {
        try (Wired wired = new Wired(server.getURI())) {
            wired.send("GET " + path + " HTTP/1.1\r\nhost: test\r\n\r\n");
            assertThat(wired.reply().status()).isEqualTo(404);
        }
    }

    static Stream<Path> texts() throws Exception {
        try (Stream<Path> files = Files.walk(RESOURCES.resolve("page"))) {
            return files.filter(file -> file.toString().matches(".*\\.(html|js|css|svg)")).toList().stream();
        }
    }

    /// The only address that may be named is that of SVG's vocabulary, which is never fetched.
    @ParameterizedTest
    @MethodSource("texts")
    void aFileNamesNothingOfOthersAndHoldsNoScriptOrStyleInline(Path file) throws Exception {
        String text = Files.readString(file).replace("http://www.w3.org/2000/svg", "");
        assertThat(text).doesNotContainPattern("https?://|@import|\\burl\\(\"?+(?!/page/|\\))");
        if (file.toString().endsWith(".html")) {
            assertThat(Pattern.compile("<script(?![^>]*\\bsrc=)|<style|\\sstyle=|\\son[a-z]+=|javascript:")
                            .matcher(text)
                            .results())
                    .isEmpty();
        }
    }

    @Test
    void thePageIsSmall() throws Exception {
        long bytes = 0;
        for (Path file : texts().toList()) {
            bytes += Files.size(file);
        }
        assertThat(bytes).isLessThan(MOST_BYTES);
    }

    private HttpResponse<byte[]> get(String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(server.getURI().resolve(path));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return client.send(request.build(), BodyHandlers.ofByteArray());
    }

    private static byte[] resource(String path) throws IOException {
        try (InputStream in = PageControllerTest.class.getResourceAsStream("/" + path)) {
            return in.readAllBytes();
        }
    }

    private static String header(HttpResponse<?> answer, String name) {
        return answer.headers().firstValue(name).orElseThrow();
    }
}
