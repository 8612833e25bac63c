package dev.unmask.image.jpeg;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What a file says before its first scan.
///
/// @param exif the first block of EXIF data, with its mark
record Header(Frame frame, ColorSpace colors, Optional<ByteBuffer> exif) {

    private static final int APP0 = 0xE0;
    private static final int APP1 = 0xE1;
    private static final int APP14 = 0xEE;
    private static final String EXIF_MARK = "Exif\0\0";
    private static final int ADOBE_BYTES = 12;

    /// @param file positioned behind the first marker
    static Header read(ByteBuffer file) {
        List<Segments.Segment> segments = beforeScan(file);
        Frame frame = segments.stream()
                .filter(Segments.Segment::frame)
                .findFirst()
                .map(Frame::read)
                .orElseThrow(() -> Damage.corrupt("a scan comes before any frame"));
        boolean jfif = segments.stream().anyMatch(segment -> marked(segment, APP0, "JFIF\0"));
        int adobe = segments.stream()
                .filter(segment -> marked(segment, APP14, "Adobe"))
                .map(Segments.Segment::body)
                .filter(body -> body.limit() >= ADOBE_BYTES)
                .mapToInt(body -> body.get(ADOBE_BYTES - 1) & 0xFF)
                .reduce(-1, (_, last) -> last);
        Optional<ByteBuffer> exif = segments.stream()
                .filter(segment -> marked(segment, APP1, EXIF_MARK))
                .map(Segments.Segment::body)
                .findFirst();
        List<Integer> names =
                frame.components().stream().map(Frame.Component::name).toList();
        return new Header(frame, ColorSpace.of(names, jfif, adobe), exif);
    }

    private static List<Segments.Segment> beforeScan(ByteBuffer file) {
        var walk = new Segments(file);
        List<Segments.Segment> segments = new ArrayList<>();
        while (segments.isEmpty() || segments.getLast().marker() != Segments.START_OF_SCAN) {
            segments.add(walk.next());
        }
        return segments;
    }

    private static boolean marked(Segments.Segment segment, int marker, String mark) {
        byte[] wanted = mark.getBytes(StandardCharsets.ISO_8859_1);
        return segment.marker() == marker
                && segment.body().limit() >= wanted.length
                && segment.body().slice(0, wanted.length).equals(ByteBuffer.wrap(wanted));
    }
}
