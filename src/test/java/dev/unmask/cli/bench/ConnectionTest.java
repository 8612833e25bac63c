package dev.unmask.cli.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ProtocolException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Answers of every shape, from a socket that says what the test tells it.
@Timeout(30)
class ConnectionTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @Test
    void aBodyHasItsLength() throws IOException {
        String answer = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\nX: y\r\n\r\nhello";
        try (Server server = new Server(answer + answer, false);
                Connection connection = server.connect()) {
            for (int i = 0; i < 2; i++) {
                Connection.Reply reply = connection.exchange(server.request(), deadline(PATIENCE));
                assertThat(reply.status()).isEqualTo(200);
                assertThat(reply.text()).isEqualTo("hello");
                assertThat(connection.reusable()).isTrue();
            }
        }
    }

    @Test
    void aBodyComesInChunks() throws IOException {
        String answer = """
                HTTP/1.1 429 Too Many Requests
                Transfer-Encoding: chunked

                A;x=y
                0123456789
                2
                ab
                0
                Trailer: t

                """.replace("\n", "\r\n");
        try (Server server = new Server(answer, false);
                Connection connection = server.connect()) {
            Connection.Reply reply = connection.exchange(server.request(), deadline(PATIENCE));
            assertThat(reply.status()).isEqualTo(429);
            assertThat(reply.text()).isEqualTo("0123456789ab");
            assertThat(connection.reusable()).isTrue();
        }
    }

    @Test
    void aServerMayCloseAfterItsAnswer() throws IOException {
        try (Server server = new Server("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n", true);
                Connection connection = server.connect()) {
            assertThat(connection.exchange(server.request(), deadline(PATIENCE)).status())
                    .isEqualTo(204);
            assertThat(connection.reusable()).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "HTTP/1.1 200 OK\r\ncontent-le",
                "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhell",
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n"
            })
    void anAnswerThatEndsEarlyIsNone(String answer) throws IOException {
        try (Server server = new Server(answer, true);
                Connection connection = server.connect()) {
            assertThatThrownBy(() -> connection.exchange(server.request(), deadline(PATIENCE)))
                    .isInstanceOf(EOFException.class);
            assertThat(connection.reusable()).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SSH-2.0\r\n",
                "HTTP/1.1 OK\r\n\r\n",
                "HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\n",
                "HTTP/1.1 200 OK\r\ncontent-length: 999999999999\r\n\r\n",
                "HTTP/1.1 200 OK\r\n\r\nhow much?"
            })
    void whatIsNoAnswerIsRefused(String answer) throws IOException {
        try (Server server = new Server(answer, false);
                Connection connection = server.connect()) {
            assertThatThrownBy(() -> connection.exchange(server.request(), deadline(PATIENCE)))
                    .isInstanceOf(ProtocolException.class);
        }
    }

    @Test
    void anAnswerMustBeWholeInTime() throws IOException {
        try (Server server = new Server("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhell", false);
                Connection connection = server.connect()) {
            assertThatThrownBy(() -> connection.exchange(server.request(), deadline(Duration.ofMillis(50))))
                    .isInstanceOf(SocketTimeoutException.class);
        }
    }

    private static long deadline(Duration patience) {
        return System.nanoTime() + patience.toNanos();
    }

    /// Reads one request, says its piece, and closes or stays.
    private static final class Server implements AutoCloseable {

        private final ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        private final Target target = Target.of("http://127.0.0.1:" + socket.getLocalPort());

        Server(String answer, boolean closes) throws IOException {
            Thread.ofVirtual().start(() -> serve(answer, closes));
        }

        Connection connect() throws IOException {
            return Connection.open(target, deadline(PATIENCE));
        }

        byte[] request() {
            return target.get("/", List.of());
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }

        private void serve(String answer, boolean closes) {
            try (Socket client = socket.accept()) {
                InputStream in = client.getInputStream();
                in.readNBytes(request().length);
                client.getOutputStream().write(answer.getBytes(US_ASCII));
                if (!closes) {
                    in.transferTo(java.io.OutputStream.nullOutputStream());
                }
            } catch (IOException _) {
                // the client has seen enough
            }
        }
    }
}
