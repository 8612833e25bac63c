package dev.unmask.image;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;

/// A PNG file, read here rather than by the JDK: its reader refuses good pictures for odd profiles and comments.
final class PngFile implements Encoded {

    private static final int SIGNATURE_BYTES = 8;
    /// Length, name and checksum.
    private static final int CHUNK_BYTES = 12;

    private static final int IDAT = 0x49444154;
    private static final int PLTE = 0x504C5445;
    private static final int EXIF = 0x65584966;
    private static final int IEND = 0x49454E44;

    private final PngHeader header;
    /// The compressed data, piece by piece.
    private final List<ByteBuffer> pixels = new ArrayList<>();
    /// What a grey level or palette index looks like.
    private Palette colors;

    private boolean paletteRead;

    private Orientation orientation = Orientation.UPRIGHT;

    private PngFile(PngHeader header) {
        this.header = header;
        this.colors = header.shades();
    }

    static PngFile open(byte[] file) {
        ByteBuffer bytes = ByteBuffer.wrap(file).position(SIGNATURE_BYTES);
        var png = new PngFile(PngHeader.read(chunk(bytes, "IHDR")));
        // the end may be missing; whether pixels are missing too will be seen
        while (bytes.remaining() >= 8) {
            switch (bytes.getInt(bytes.position() + 4)) {
                case IDAT -> png.pixels.add(chunk(bytes, "IDAT"));
                case PLTE -> png.readPalette(chunk(bytes, "PLTE"));
                case EXIF -> png.orientation = Exif.orientation(skipped(bytes));
                case IEND -> {
                    return png;
                }
                default -> skipped(bytes);
            }
        }
        return png;
    }

    @Override
    public int width() {
        return header.width();
    }

    @Override
    public int height() {
        return header.height();
    }

    @Override
    public Orientation orientation() {
        return orientation;
    }

    @Override
    public byte[] rgb() {
        if (header.kind() == PngHeader.Kind.PALETTE && !paletteRead) {
            throw Format.PNG.corrupt("it has no palette");
        }
        byte[] rgb = new byte[header.width() * header.height() * Picture.CHANNELS];
        try (var lines = new PngLines(pixels)) {
            for (PngHeader.Pass pass : header.passes()) {
                read(pass, lines, rgb);
            }
        }
        return rgb;
    }

    /// Only a picture of palette numbers needs its palette; to others it is a hint.
    private void readPalette(ByteBuffer entries) {
        if (header.kind() == PngHeader.Kind.PALETTE) {
            colors = Palette.rgb(entries);
            paletteRead = true;
        }
    }

    private void read(PngHeader.Pass pass, PngLines lines, byte[] rgb) {
        byte[] line = new byte[header.lineBytes(pass.width())];
        byte[] above = new byte[line.length];
        for (int row = 0; row < pass.height(); row++) {
            lines.read(line, above, header.pixelBytes());
            int to = (pass.y(row) * header.width() + pass.left()) * Picture.CHANNELS;
            expand(line, pass.width(), rgb, to, pass.stepX() * Picture.CHANNELS);
            byte[] swap = above;
            above = line;
            line = swap;
        }
    }

    private void expand(byte[] line, int width, byte[] rgb, int offset, int step) {
        if (header.color()) {
            int sample = header.depth() / 8;
            int pixel = header.pixelBytes();
            for (int x = 0, to = offset; x < width; x++, to += step) {
                rgb[to] = line[x * pixel];
                rgb[to + 1] = line[x * pixel + sample];
                rgb[to + 2] = line[x * pixel + 2 * sample];
            }
        } else {
            for (int x = 0, to = offset; x < width; x++, to += step) {
                colors.put(header.sample(line, x), rgb, to);
            }
        }
    }

    /// The next chunk, whose checksum must be right unless the file ends within it.
    private static ByteBuffer chunk(ByteBuffer bytes, String name) {
        int start = bytes.position();
        ByteBuffer body = skipped(bytes);
        if (start + body.limit() + CHUNK_BYTES <= bytes.limit()) {
            var checksum = new CRC32();
            checksum.update(bytes.slice(start + 4, body.limit() + 4));
            if ((int) checksum.getValue() != bytes.getInt(start + 8 + body.limit())) {
                throw Format.PNG.corrupt("the checksum of " + name + " is wrong");
            }
        }
        return body;
    }

    /// The next chunk, or what there is of it.
    private static ByteBuffer skipped(ByteBuffer bytes) {
        long length = Integer.toUnsignedLong(bytes.getInt());
        bytes.getInt();
        int held = (int) Math.min(length, bytes.remaining());
        ByteBuffer body = bytes.slice(bytes.position(), held);
        bytes.position((int) Math.min(bytes.position() + length + 4, bytes.limit()));
        return body;
    }
}
