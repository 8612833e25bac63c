package dev.unmask.job.source;

import dev.unmask.UnmaskException;
import dev.unmask.job.Item;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Paths in UTF-8, one a line or NUL apart; empty ones are left out. Of lines, white space around them is no part, nor
/// is a byte order mark before the first.
final class Lines implements Items.Feed {

    /// Longer than any path; what is longer is no list of paths.
    private static final int LONGEST = 32 * 1024;

    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private final String source;
    private final InputStream in;
    private final char end;
    private long number;

    /// @param source what a refusal calls it
    /// @param in read byte by byte
    /// @param end of each path: `\n` or NUL
    Lines(String source, InputStream in, char end) {
        this.source = source;
        this.in = in;
        this.end = end;
    }

    @Override
    public @Nullable Item next() throws IOException {
        String path = line();
        while (path != null && path.isEmpty()) {
            path = line();
        }
        return path == null ? null : Named.item(path);
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    private @Nullable String line() throws IOException {
        number++;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int next = in.read();
        if (next < 0) {
            return null;
        }
        for (; next >= 0 && next != end; next = in.read()) {
            bytes.write(next);
            if (bytes.size() > LONGEST) {
                throw refused("is longer than " + LONGEST + " bytes: no path");
            }
        }
        return end == '\n' ? stripped(text(bytes.toByteArray())) : text(bytes.toByteArray());
    }

    private String stripped(String line) {
        return (number == 1 && line.startsWith(BYTE_ORDER_MARK) ? line.substring(1) : line).strip();
    }

    private String text(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException _) {
            throw refused("is not UTF-8");
        }
    }

    private UnmaskException refused(String why) {
        return UnmaskException.invalid(source + ": line " + number + " " + why);
    }
}
