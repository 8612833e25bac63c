package dev.unmask.cli.bench;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// One HTTP/1.1 connection to a server. Sends what it is given, once: a request is never repeated behind the caller's
/// back, so that one which gets no answer shows. Not safe for several threads.
final class Connection implements AutoCloseable {

    private static final int BUFFER = 16 * 1024;
    private static final int LONGEST_LINE = 8 * 1024;
    private static final int LARGEST_BODY = 256 * 1024 * 1024;
    private static final int NO_CONTENT = 204;
    private static final int NOT_MODIFIED = 304;

    private final Socket socket;
    private final byte[] buffer = new byte[BUFFER];
    private int position;
    private int limit;
    private long deadline;
    private boolean reusable = true;
    private long lastUsed = System.nanoTime();

    /// An answer, read whole.
    record Reply(int status, ByteBuffer body) {

        String text() {
            return StandardCharsets.UTF_8.decode(body.duplicate()).toString();
        }
    }

    /// How the body of an answer is delimited, and whether another answer may follow.
    private record Head(int status, long length, boolean chunked, boolean keepAlive) {}

    private Connection(Socket socket) {
        this.socket = socket;
    }

    static Connection open(Target target, long deadline) throws IOException {
        var socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.connect(target.address(), millisUntil(deadline));
            return new Connection(socket);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /// Sends a request and reads its answer, both before a deadline in the time of [System#nanoTime].
    Reply exchange(byte[] request, long deadline) throws IOException {
        this.deadline = deadline;
        reusable = false;
        socket.getOutputStream().write(request);
        Head head = head();
        ByteBuffer body = body(head);
        reusable = head.keepAlive();
        lastUsed = System.nanoTime();
        return new Reply(head.status(), body);
    }

    /// Whether the last answer was read whole and the server keeps the connection open.
    boolean reusable() {
        return reusable;
    }

    long lastUsed() {
        return lastUsed;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private Head head() throws IOException {
        int status = status(line());
        long length = status == NO_CONTENT || status == NOT_MODIFIED ? 0 : -1;
        boolean chunked = false;
        boolean keepAlive = true;
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = Math.max(0, line.indexOf(':'));
            String value = line.substring(colon + 1).strip().toLowerCase(Locale.ROOT);
            switch (line.substring(0, colon).toLowerCase(Locale.ROOT)) {
                case "content-length" -> length = number(value, 10);
                case "transfer-encoding" -> chunked = value.equals("chunked");
                case "connection" -> keepAlive = !value.equals("close");
                default -> {}
            }
        }
        return new Head(status, length, chunked, keepAlive);
    }

    private static int status(String line) throws IOException {
        if (!line.matches("HTTP/1\\.1 [2-5][0-9][0-9]( .*)?")) {
            throw new ProtocolException("not an HTTP/1.1 answer: " + line);
        }
        return Integer.parseInt(line, 9, 12, 10);
    }

    private ByteBuffer body(Head head) throws IOException {
        var body = new ByteArrayOutputStream();
        if (!head.chunked()) {
            read(head.length(), body);
            return ByteBuffer.wrap(body.toByteArray());
        }
        for (long size = chunkSize(); size > 0; size = chunkSize()) {
            read(size, body);
            line();
        }
        while (!line().isEmpty()) {
            // trailers
        }
        return ByteBuffer.wrap(body.toByteArray());
    }

    private long chunkSize() throws IOException {
        return number(line().replaceFirst(";.*", "").strip(), 16);
    }

    private void read(long length, ByteArrayOutputStream body) throws IOException {
        if (length < 0 || body.size() + length > LARGEST_BODY) {
            throw new ProtocolException("an answer of " + length + " bytes; " + LARGEST_BODY + " are read at most");
        }
        for (long left = length; left > 0; ) {
            fill();
            int some = (int) Math.min(left, limit - position);
            body.write(buffer, position, some);
            position += some;
            left -= some;
        }
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = next(); next != '\n'; next = next()) {
            line.append((char) next);
            if (line.length() > LONGEST_LINE) {
                throw new ProtocolException("a line of more than " + LONGEST_LINE + " characters");
            }
        }
        return line.toString().stripTrailing();
    }

    private int next() throws IOException {
        fill();
        return buffer[position++] & 0xFF;
    }

    private void fill() throws IOException {
        if (position < limit) {
            return;
        }
        InputStream in = socket.getInputStream();
        socket.setSoTimeout(millisUntil(deadline));
        position = 0;
        limit = Math.max(0, in.read(buffer));
        if (limit == 0) {
            throw new EOFException("the connection ended before the answer");
        }
    }

    private static long number(String text, int radix) throws IOException {
        try {
            return Long.parseLong(text, radix);
        } catch (NumberFormatException e) {
            throw new ProtocolException("'" + text + "' is not a length");
        }
    }

    private static int millisUntil(long deadline) throws SocketTimeoutException {
        long millis = Math.ceilDiv(deadline - System.nanoTime(), 1_000_000L);
        if (millis <= 0) {
            throw new SocketTimeoutException("the time for an answer is over");
        }
        return (int) Math.min(millis, Integer.MAX_VALUE);
    }
}
