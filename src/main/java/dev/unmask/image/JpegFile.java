package dev.unmask.image;

import dev.unmask.image.jpeg.Jpeg;

/// A JPEG file.
record JpegFile(Jpeg jpeg) implements Encoded {

    static JpegFile open(byte[] file) {
        return new JpegFile(Jpeg.open(file));
    }

    @Override
    public int width() {
        return jpeg.width();
    }

    @Override
    public int height() {
        return jpeg.height();
    }

    @Override
    public Orientation orientation() {
        return jpeg.exif().map(Exif::orientation).orElse(Orientation.UPRIGHT);
    }

    @Override
    public byte[] rgb() {
        return jpeg.rgb();
    }
}
