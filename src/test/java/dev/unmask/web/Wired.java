package dev.unmask.web;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/// A caller that writes its bytes to the socket as it likes, right or wrong.
public final class Wired implements Closeable {

    private final Socket socket;
    private final InputStream in;
    private final int port;

    public Wired(URI server) throws IOException {
        socket = new Socket(server.getHost(), server.getPort());
        socket.setSoTimeout(20_000);
        socket.setTcpNoDelay(true); // a head and a body are two writes
        in = socket.getInputStream();
        port = socket.getLocalPort();
    }

    /// What came back; the body with a character for each byte.
    public record Reply(int status, Map<String, String> headers, String latin1) {
        /// Of a header, or nothing.
        public String header(String name) {
            return headers.getOrDefault(name, "");
        }

        public byte[] bytes() {
            return latin1.getBytes(StandardCharsets.ISO_8859_1);
        }

        public String text() {
            return new String(bytes(), StandardCharsets.UTF_8);
        }
    }

    public Wired send(String text) throws IOException {
        return send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    public Wired send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
        return this;
    }

    /// Sends a whole request, with its length.
    public Wired post(String path, String type, byte[] body, String... headers) throws IOException {
        return head(path, type, "content-length: " + body.length, headers).send(body);
    }

    /// Sends a head alone.
    public Wired head(String path, String type, String length, String... more) throws IOException {
        StringBuilder head = new StringBuilder("POST " + path + " HTTP/1.1\r\nhost: test\r\ncontent-type: " + type);
        head.append("\r\n").append(length).append("\r\n");
        for (String header : more) {
            head.append(header).append("\r\n");
        }
        return send(head + "\r\n");
    }

    /// Says that nothing more will be sent, and still listens.
    public Wired halfClose() throws IOException {
        socket.shutdownOutput();
        return this;
    }

    public int port() {
        return port;
    }

    /// Ends the connection as a crash would: with a reset.
    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    /// The next answer that is one, past interim ones.
    public Reply reply() throws IOException {
        Reply reply;
        do {
            reply = next();
        } while (reply.status() < 200);
        return reply;
    }

    public Reply next() throws IOException {
        String status = line();
        Map<String, String> headers = new LinkedHashMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
        String body = new String(in.readNBytes(length), StandardCharsets.ISO_8859_1);
        return new Reply(Integer.parseInt(status.substring(9, 12)), headers, body);
    }

    /// Whether the server has closed the connection, once it did or the patience ends.
    public boolean isClosed() throws IOException {
        try {
            return in.read() < 0;
        } catch (java.net.SocketException _) {
            return true;
        }
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("closed after '" + line + "'");
            }
            if (c != '\r') {
                line.write(c);
            }
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }
}
