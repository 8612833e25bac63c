package dev.unmask.image;

import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;

/// A JPEG file. The JDK's reader undoes the compression; colours are converted here, as libjpeg does it, because the
/// JDK guesses colour spaces in its own way. The reader is shown the picture alone, without profiles, thumbnails and
/// comments: none of them can make it refuse a good picture, and whatever it still warns of is damage to the pixels.
final class JpegFile implements Encoded {

    private final byte[] file;
    private final JpegHeader header;

    private JpegFile(byte[] file, JpegHeader header) {
        this.file = file;
        this.header = header;
    }

    static JpegFile open(byte[] file) {
        return new JpegFile(file, JpegHeader.read(ByteBuffer.wrap(file)));
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
        return header.orientation();
    }

    @Override
    public byte[] rgb() throws IOException {
        Raster raster = raster();
        byte[] samples = new byte[header.width() * header.height() * Picture.CHANNELS];
        int[] row = new int[header.width() * header.components().size()];
        for (int y = 0; y < header.height(); y++) {
            raster.getPixels(0, y, header.width(), 1, row);
            header.colors().toRgb(row, samples, y * header.width() * Picture.CHANNELS);
        }
        return samples;
    }

    private Raster raster() throws IOException {
        ImageReader reader = reader();
        try (var stream = new MemoryCacheImageInputStream(new ByteArrayInputStream(bare()))) {
            reader.addIIOReadWarningListener((_, warning) -> {
                if (!warning.contains("extraneous bytes")) {
                    throw damage(warning);
                }
            });
            reader.setInput(stream, true, true);
            return reader.readRaster(0, null);
        } finally {
            reader.dispose();
        }
    }

    private static RuntimeException damage(String warning) {
        boolean truncated = warning.contains("remature end") || warning.contains("EOI");
        return truncated ? Format.JPEG.truncated() : Format.JPEG.corrupt(warning);
    }

    /// The JDK's own reader, whatever plug-ins the class path holds.
    private static ImageReader reader() {
        Iterator<ImageReader> readers = ImageIO.getImageReadersByFormatName("jpeg");
        while (readers.hasNext()) {
            ImageReader reader = readers.next();
            if ("java.desktop".equals(reader.getClass().getModule().getName())) {
                return reader;
            }
        }
        throw new IllegalStateException("this Java runtime has no JPEG reader");
    }

    /// The file without its application segments and comments.
    private byte[] bare() {
        var bare = new ByteArrayOutputStream(file.length);
        bare.write(0xFF);
        bare.write(0xD8);
        for (JpegHeader.Segment segment : header.segments()) {
            if (!segment.metadata()) {
                bare.write(file, segment.start(), segment.length());
            }
        }
        bare.write(file, header.scan(), file.length - header.scan());
        return bare.toByteArray();
    }
}
