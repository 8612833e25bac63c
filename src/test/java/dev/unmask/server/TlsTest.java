package dev.unmask.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micronaut.context.ApplicationContext;
import io.micronaut.runtime.server.EmbeddedServer;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// HTTPS on real sockets, with certificates on both sides; and browsers that are let in by origin.
@Timeout(120)
class TlsTest {

    @TempDir
    static Path folder;

    private static Certificates certificates;
    private static EmbeddedServer server;
    private static HttpClient client;

    @BeforeAll
    static void start() throws Exception {
        certificates = Certificates.make(folder);
        server = ApplicationContext.run(
                EmbeddedServer.class,
                Map.of(
                        "unmask.models", "src/test/resources/bundles/encoder",
                        "unmask.tls.certificate", certificates.chain("server"),
                        "unmask.tls.key", certificates.pkcs1("server"),
                        "unmask.tls.client-ca", certificates.chain("ca"),
                        "unmask.cors.origins", List.of("https://app.example"),
                        "micronaut.server.http-version", "2.0"));
        client = client("client");
    }

    @AfterAll
    static void stop() {
        client.close();
        server.close();
    }

    @AfterEach
    void theNextGoodRequestSucceeds() throws Exception {
        assertThat(live(client).statusCode()).isEqualTo(200);
    }

    @Test
    void speaksTls13AndHttp2WithThoseWhoShowACertificate() throws Exception {
        HttpResponse<String> answer = live(client);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
        assertThat(answer.sslSession().orElseThrow().getProtocol()).isEqualTo("TLSv1.3");
        HttpRequest picture = HttpRequest.newBuilder(server.getURI().resolve("/v1/embed"))
                .header("content-type", "image/jpeg")
                .POST(BodyPublishers.ofFile(Path.of("photos/chelsea.jpg")))
                .build();
        assertThat(client.send(picture, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"nobody", "stranger"})
    void refusesThoseWhoShowNone(String alias) throws Exception {
        try (HttpClient other = client(alias)) {
            assertThatThrownBy(() -> live(other)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void endsPlainConnections() throws Exception {
        try (Socket socket = new Socket("localhost", server.getPort())) {
            socket.getOutputStream()
                    .write("GET /health/live HTTP/1.1\r\nhost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1))
                    .doesNotContain("HTTP/1.1");
        }
    }

    @ParameterizedTest
    @CsvSource({"https://app.example,200", "https://app.example.evil,403", "http://app.example,403", "null,403"})
    void browsersAreLetInByTheirExactOrigin(String origin, int status) throws Exception {
        HttpResponse<String> preflight = client.send(
                request("/v1/embed")
                        .header("origin", origin)
                        .header("access-control-request-method", "POST")
                        .header("access-control-request-headers", "authorization,content-type")
                        .method("OPTIONS", BodyPublishers.noBody())
                        .build(),
                BodyHandlers.ofString());
        HttpResponse<String> answer =
                client.send(request("/v1/models").header("origin", origin).build(), BodyHandlers.ofString());
        assertThat(preflight.statusCode()).isEqualTo(status);
        assertThat(answer.statusCode()).isEqualTo(status);
        for (HttpResponse<String> each : List.of(preflight, answer)) {
            assertThat(each.headers().allValues("access-control-allow-origin"))
                    .isEqualTo(status == 200 ? List.of(origin) : List.of());
            assertThat(each.headers().allValues("access-control-allow-credentials"))
                    .isEmpty();
        }
        assertThat(preflight.headers().allValues("access-control-allow-headers"))
                .isEqualTo(status == 200 ? List.of("authorization", "content-type") : List.of());
    }

    @Test
    void readsKeysOfEveryKindAndKnowsWhoseTheyAre() throws Exception {
        for (String alias : List.of("server", "client")) {
            X509Certificate certificate =
                    new Pem("crt", certificates.chain(alias)).certificates().getFirst();
            assertThat(new Pem("key", certificates.key(alias))
                            .keyOf(certificate)
                            .getAlgorithm())
                    .isEqualTo(certificate.getPublicKey().getAlgorithm());
        }
        assertThat(new Pem("crt", certificates.chain("server")).certificates()).hasSize(2);
    }

    @Test
    void refusesTheKeyOfAnotherCertificate() throws Exception {
        X509Certificate certificate =
                new Pem("crt", certificates.chain("server")).certificates().getFirst();
        for (String other : List.of("ca", "client")) {
            Path key = certificates.key(other);
            assertThatThrownBy(() -> new Pem("unmask.tls.key", key).keyOf(certificate))
                    .hasMessage("unmask.tls.key is " + key + "; it must be the key of the certificate of CN=server");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''|a private key in PEM, PKCS 8 and not encrypted (openssl pkcs8 -topk8 -nocrypt makes it one)",
                "EC PRIVATE KEY|a private key in PEM, PKCS 8 and not encrypted (openssl pkcs8 -topk8 -nocrypt makes it one)",
                "ENCRYPTED PRIVATE KEY|a private key in PEM, PKCS 8 and not encrypted (openssl pkcs8 -topk8 -nocrypt makes it one)",
                "PRIVATE KEY|a private key of RSA, EC, EdDSA",
                "RSA PRIVATE KEY|a private key of RSA, EC, EdDSA"
            })
    void refusesWhatIsNoKey(String label, String limit) throws Exception {
        X509Certificate certificate =
                new Pem("crt", certificates.chain("server")).certificates().getFirst();
        Path file = Files.writeString(
                folder.resolve("bad.key"), label.isEmpty() ? "" : Certificates.pem(label, new byte[300]));
        assertThatThrownBy(() -> new Pem("unmask.tls.key", file).keyOf(certificate))
                .hasMessage("unmask.tls.key is " + file + "; it must be " + limit);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "hello", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"})
    void refusesWhatAreNoCertificates(String text) throws IOException {
        Path file = Files.writeString(folder.resolve("bad.crt"), text);
        assertThatThrownBy(() -> new Pem("unmask.tls.certificate", file).certificates())
                .hasMessage("unmask.tls.certificate is " + file + "; it must be certificates in PEM");
    }

    private static HttpClient client(String alias) throws Exception {
        return HttpClient.newBuilder().sslContext(certificates.client(alias)).build();
    }

    private static HttpResponse<String> live(HttpClient client) throws IOException, InterruptedException {
        return client.send(request("/health/live").build(), BodyHandlers.ofString());
    }

    private static HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(server.getURI().resolve(path));
    }
}
