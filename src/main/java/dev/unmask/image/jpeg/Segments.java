package dev.unmask.image.jpeg;

import java.nio.ByteBuffer;

/// Walks through the segments of a file. Bytes between segments are skipped, as all readers do.
final class Segments {

    static final int START_OF_SCAN = 0xDA;
    static final int END = 0xD9;

    private final ByteBuffer file;

    /// @param file positioned behind the first marker
    Segments(ByteBuffer file) {
        this.file = file;
    }

    /// What a marker introduces.
    ///
    /// @param body empty where the marker stands alone
    record Segment(int marker, ByteBuffer body) {

        /// Whether it describes the frame: what 0xC0 to 0xCF do, but for three.
        boolean frame() {
            return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
        }
    }

    /// The next segment; the file is then at what follows it.
    Segment next() {
        int marker = marker();
        if (marker == 0x01 || (marker >= 0xD0 && marker <= END)) {
            return new Segment(marker, ByteBuffer.allocate(0));
        }
        require(2);
        int length = file.getChar() - 2;
        if (length < 0) {
            throw Damage.corrupt("a segment of " + (length + 2) + " bytes");
        }
        require(length);
        ByteBuffer body = file.slice(file.position(), length);
        file.position(file.position() + length);
        return new Segment(marker, body);
    }

    private int marker() {
        int marker = 0;
        while (marker == 0) {
            while (octet() != 0xFF) {
                // not a marker
            }
            do {
                marker = octet();
            } while (marker == 0xFF);
        }
        return marker;
    }

    private int octet() {
        require(1);
        return file.get() & 0xFF;
    }

    private void require(int bytes) {
        if (file.remaining() < bytes) {
            throw Damage.truncated();
        }
    }
}
