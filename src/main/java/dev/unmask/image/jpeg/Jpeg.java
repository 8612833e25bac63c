package dev.unmask.image.jpeg;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/// A JPEG file: sequential or progressive, Huffman coded, 8 bits a sample. Profiles and comments are passed over.
public final class Jpeg {

    private static final int START_BYTES = 2;
    /// Sensible files have a dozen; each costs a pass over the picture, however few bytes it has.
    private static final int MAX_SCANS = 200;

    private final byte[] file;
    private final Header header;

    private Jpeg(byte[] file, Header header) {
        this.file = file;
        this.header = header;
    }

    /// Reads up to the first scan.
    public static Jpeg open(byte[] file) {
        return new Jpeg(file, Header.read(ByteBuffer.wrap(file).position(START_BYTES)));
    }

    public int width() {
        return header.frame().width();
    }

    public int height() {
        return header.frame().height();
    }

    /// The first block of EXIF data, with its mark.
    public Optional<ByteBuffer> exif() {
        return header.exif();
    }

    /// The pixels, three bytes each, row by row.
    public byte[] rgb() {
        Frame frame = header.frame();
        List<Plane> planes = frame.components().stream()
                .map(component -> new Plane(frame, component))
                .toList();
        decode(planes);
        planes.forEach(Plane::transform);
        return convert(
                planes.stream().map(plane -> new Enlargement(plane, frame)).toList());
    }

    private void decode(List<Plane> planes) {
        ByteBuffer bytes = ByteBuffer.wrap(file).position(START_BYTES);
        var segments = new Segments(bytes);
        var tables = new Tables();
        int scans = 0;
        int frames = 0;
        for (Segments.Segment next = segments.next(); next.marker() != Segments.END; next = segments.next()) {
            tables.read(next);
            frames += next.frame() ? 1 : 0;
            if (next.marker() == Segments.START_OF_SCAN) {
                if (++scans > MAX_SCANS) {
                    throw Damage.unsupported("of more than " + MAX_SCANS + " scans");
                }
                decode(next.body(), bytes, planes, tables);
            }
        }
        if (frames > 1) {
            throw Damage.corrupt("it has " + frames + " frames");
        }
    }

    private void decode(ByteBuffer segment, ByteBuffer bytes, List<Plane> planes, Tables tables) {
        Frame frame = header.frame();
        Scan scan = Scan.read(segment, planes, frame.progressive());
        var bits = new EntropyReader(file, bytes);
        scan.decode(frame, tables, bits, BlockDecoder.of(scan, frame.progressive(), tables, bits));
    }

    private byte[] convert(List<Enlargement> components) {
        int width = width();
        byte[] rgb = new byte[width * height() * 3];
        int[][] rows = new int[4][width];
        for (int y = 0; y < height(); y++) {
            for (int i = 0; i < components.size(); i++) {
                components.get(i).row(y, rows[i]);
            }
            header.colors().convert(rows, rgb, y * width * 3);
        }
        return rgb;
    }
}
