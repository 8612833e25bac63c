package dev.unmask.image;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// What a JPEG file says before its first scan.
///
/// @param components identifiers of the colour components
/// @param colors how the samples become RGB
/// @param segments everything before the first scan, in order
/// @param scan where the first scan begins
record JpegHeader(
        int width,
        int height,
        List<Integer> components,
        JpegColors colors,
        Orientation orientation,
        List<Segment> segments,
        int scan) {

    private static final int SOS = 0xDA;

    /// A marker segment: the marker, two bytes of length, and what they count.
    record Segment(int marker, int start, int length) {

        /// Whether it is an application segment or a comment.
        boolean metadata() {
            return (marker >= 0xE0 && marker <= 0xEF) || marker == 0xFE;
        }

        /// A start of frame: what 0xC0 to 0xCF are, but for three.
        boolean frame() {
            return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
        }

        ByteBuffer body(ByteBuffer file) {
            return file.slice(start + 4, length - 4);
        }
    }

    JpegHeader {
        components = List.copyOf(components);
        segments = List.copyOf(segments);
    }

    static JpegHeader read(ByteBuffer file) {
        List<Segment> segments = segments(file);
        Segment frame = segments.stream()
                .filter(Segment::frame)
                .findFirst()
                .orElseThrow(() -> Format.JPEG.corrupt("a scan comes before any frame"));
        ByteBuffer body = frame.body(file);
        int precision = body.get();
        if (precision != 8) {
            throw Format.JPEG.unsupported("with " + precision + " bits a sample");
        }
        int height = body.getShort() & 0xFFFF;
        int width = body.getShort() & 0xFFFF;
        List<Integer> components = components(body);
        return new JpegHeader(
                width,
                height,
                components,
                JpegColors.of(components, jfif(file, segments), adobeTransform(file, segments)),
                orientation(file, segments),
                segments,
                file.position());
    }

    private static List<Integer> components(ByteBuffer frame) {
        int count = frame.get() & 0xFF;
        List<Integer> identifiers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            identifiers.add(frame.get() & 0xFF);
            frame.getShort();
        }
        return identifiers;
    }

    /// Walks up to the first scan and leaves the buffer there. Bytes between segments are skipped, as all readers do.
    private static List<Segment> segments(ByteBuffer file) {
        List<Segment> segments = new ArrayList<>();
        file.position(2);
        while (true) {
            int marker = marker(file);
            int start = file.position() - 2;
            if (marker == SOS) {
                file.position(start);
                return segments;
            }
            if (marker == 0x01 || (marker >= 0xD0 && marker <= 0xD9)) {
                continue; // stands alone
            }
            int length = file.getShort() & 0xFFFF;
            if (length < 2) {
                throw Format.JPEG.corrupt("a segment of " + length + " bytes");
            }
            segments.add(new Segment(marker, start, length + 2));
            skip(file, length - 2);
        }
    }

    private static int marker(ByteBuffer file) {
        while (true) {
            int octet = file.get() & 0xFF;
            while (octet == 0xFF) {
                octet = file.get() & 0xFF;
                if (octet != 0xFF && octet != 0) {
                    return octet;
                }
            }
        }
    }

    private static void skip(ByteBuffer file, int bytes) {
        if (bytes > file.remaining()) {
            throw Format.JPEG.truncated();
        }
        file.position(file.position() + bytes);
    }

    private static boolean jfif(ByteBuffer file, List<Segment> segments) {
        return segments.stream().anyMatch(segment -> segment.marker() == 0xE0 && begins(segment.body(file), "JFIF\0"));
    }

    /// The colour transform that an Adobe segment names, or -1 where there is none.
    private static int adobeTransform(ByteBuffer file, List<Segment> segments) {
        int transform = -1;
        for (Segment segment : segments) {
            ByteBuffer body = segment.body(file);
            if (segment.marker() == 0xEE && body.limit() >= 12 && begins(body, "Adobe")) {
                transform = body.get(11) & 0xFF;
            }
        }
        return transform;
    }

    private static Orientation orientation(ByteBuffer file, List<Segment> segments) {
        return segments.stream()
                .filter(segment -> segment.marker() == 0xE1)
                .map(segment -> segment.body(file))
                .filter(Exif::marked)
                .findFirst()
                .map(Exif::orientation)
                .orElse(Orientation.UPRIGHT);
    }

    private static boolean begins(ByteBuffer body, String text) {
        byte[] wanted = text.getBytes(StandardCharsets.ISO_8859_1);
        return body.limit() >= wanted.length && body.slice(0, wanted.length).equals(ByteBuffer.wrap(wanted));
    }
}
