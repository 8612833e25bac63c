package dev.unmask.image;

import dev.unmask.image.webp.Bitstream;
import dev.unmask.image.webp.Vp8;
import dev.unmask.image.webp.Vp8l;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/// A WebP file: a lossy or lossless picture in a RIFF container, or the first frame of an animation on a black canvas.
/// Transparency is dropped.
///
/// @param left where the picture lies on the canvas
/// @param top where the picture lies on the canvas
record WebpFile(int width, int height, int left, int top, Bitstream picture, Orientation orientation)
        implements Encoded {

    private static final int CONTAINER_HEADER = 12;
    private static final int FRAME_HEADER = 16;

    // four letters, the first in the lowest byte
    private static final int VP8 = 0x20385056;
    private static final int VP8L = 0x4C385056;
    private static final int VP8X = 0x58385056;
    private static final int ANMF = 0x464D4E41;
    private static final int EXIF = 0x46495845;

    static WebpFile open(byte[] file) {
        ByteBuffer chunks = container(file);
        Orientation orientation = find(chunks, EXIF).map(Exif::orientation).orElse(Orientation.UPRIGHT);
        Optional<ByteBuffer> frame = find(chunks, ANMF);
        if (frame.isEmpty()) {
            Bitstream picture = picture(chunks);
            return new WebpFile(picture.width(), picture.height(), 0, 0, picture, orientation);
        }
        ByteBuffer canvas = find(chunks, VP8X).orElseThrow(() -> Format.WEBP.corrupt("an animation without a size"));
        return animation(canvas, frame.get(), orientation);
    }

    @Override
    public byte[] rgb() {
        byte[] pixels = picture.rgb();
        if (picture.width() == width && picture.height() == height) {
            return pixels;
        }
        byte[] rgb = new byte[width * height * Picture.CHANNELS];
        int line = picture.width() * Picture.CHANNELS;
        for (int y = 0; y < picture.height(); y++) {
            int to = ((top + y) * width + left) * Picture.CHANNELS;
            System.arraycopy(pixels, y * line, rgb, to, line);
        }
        return rgb;
    }

    private static WebpFile animation(ByteBuffer canvas, ByteBuffer frame, Orientation orientation) {
        int width = number(canvas, 4) + 1;
        int height = number(canvas, 7) + 1;
        int left = 2 * number(frame, 0);
        int top = 2 * number(frame, 3);
        ByteBuffer chunks = frame.slice(FRAME_HEADER, frame.limit() - FRAME_HEADER);
        Bitstream picture = picture(chunks.order(ByteOrder.LITTLE_ENDIAN));
        if (left + picture.width() > width || top + picture.height() > height) {
            throw Format.WEBP.corrupt("its first frame reaches beyond the canvas of " + width + " x " + height + " px");
        }
        return new WebpFile(width, height, left, top, picture, orientation);
    }

    /// What the container holds, which must be all there.
    private static ByteBuffer container(byte[] file) {
        ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        long end = Integer.toUnsignedLong(bytes.getInt(4)) + 8;
        if (end > file.length) {
            throw Format.WEBP.truncated();
        }
        return bytes.limit((int) end).position(CONTAINER_HEADER);
    }

    private static Bitstream picture(ByteBuffer chunks) {
        Optional<ByteBuffer> lossy = find(chunks, VP8);
        if (lossy.isPresent()) {
            return Vp8.open(lossy.get());
        }
        return Vp8l.open(find(chunks, VP8L).orElseThrow(() -> Format.WEBP.corrupt("it holds no picture")));
    }

    /// The body of the first chunk of a name, from the buffer's position on; the buffer stays there.
    private static Optional<ByteBuffer> find(ByteBuffer chunks, int name) {
        int at = chunks.position();
        while (at + 8 <= chunks.limit()) {
            long length = Integer.toUnsignedLong(chunks.getInt(at + 4));
            if (length > chunks.limit() - at - 8) {
                throw Format.WEBP.truncated();
            }
            if (chunks.getInt(at) == name) {
                return Optional.of(chunks.slice(at + 8, (int) length).order(ByteOrder.LITTLE_ENDIAN));
            }
            at += 8 + (int) length + (int) (length & 1);
        }
        return Optional.empty();
    }

    private static int number(ByteBuffer bytes, int at) {
        return bytes.getChar(at) | ((bytes.get(at + 2) & 0xFF) << 16);
    }
}
