package dev.unmask.image;

import java.nio.ByteBuffer;

/// A BMP file: palettes of 1, 4 and 8 bits, run-length encoded or not; 16, 24 and 32 bits, alpha dropped.
///
/// @param data positioned at the pixels
record BmpFile(BmpHeader header, ByteBuffer data) implements Encoded {

    static BmpFile open(byte[] file) {
        ByteBuffer bytes = ByteBuffer.wrap(file);
        BmpHeader header = BmpHeader.read(bytes);
        return new BmpFile(header, bytes);
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
        return Orientation.UPRIGHT;
    }

    @Override
    public byte[] rgb() {
        ByteBuffer pixels = data.duplicate().order(data.order());
        byte[] rgb = new byte[width() * height() * Picture.CHANNELS];
        switch (header.packing()) {
            case RAW, MASKS -> lines(pixels, rgb);
            case RUNS_OF_BYTES, RUNS_OF_NIBBLES -> runs(pixels, rgb);
        }
        return rgb;
    }

    private void lines(ByteBuffer pixels, byte[] rgb) {
        int stride = header.stride();
        for (int line = 0; line < height(); line++) {
            // the last line's padding may be missing
            ByteBuffer samples = pixels.slice(pixels.position(), Math.min(stride, pixels.remaining()))
                    .order(pixels.order());
            int to = header.y(line) * width() * Picture.CHANNELS;
            for (int x = 0; x < width(); x++, to += Picture.CHANNELS) {
                header.put(samples, x, rgb, to);
            }
            pixels.position(pixels.position() + samples.limit());
        }
    }

    private void runs(ByteBuffer pixels, byte[] rgb) {
        byte[] numbers = BmpRuns.decode(
                pixels, header.packing() == BmpHeader.Packing.RUNS_OF_NIBBLES, width(), width() * height());
        for (int i = 0; i < numbers.length; i++) {
            int at = header.y(i / width()) * width() + i % width();
            header.palette().put(numbers[i] & 0xFF, rgb, at * Picture.CHANNELS);
        }
    }
}
