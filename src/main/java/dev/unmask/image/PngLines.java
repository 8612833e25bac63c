package dev.unmask.image;

import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.List;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/// The lines of a PNG file: inflated, and their filters undone.
final class PngLines implements AutoCloseable {

    private final Inflater inflater = new Inflater();
    private final Iterator<ByteBuffer> pieces;
    private final byte[] filter = new byte[1];

    PngLines(List<ByteBuffer> pieces) {
        this.pieces = pieces.iterator();
    }

    /// Reads the next line.
    ///
    /// @param above the line before, zeros before the first
    /// @param back bytes from a sample to the same sample of the pixel before
    void read(byte[] line, byte[] above, int back) {
        inflate(filter);
        inflate(line);
        switch (filter[0]) {
            case 0 -> {}
            case 1 -> addLeft(line, back);
            case 2 -> addAbove(line, above);
            case 3 -> addMean(line, above, back);
            case 4 -> addPaeth(line, above, back);
            default -> throw Format.PNG.corrupt("filter " + filter[0]);
        }
    }

    @Override
    public void close() {
        inflater.end();
    }

    private void inflate(byte[] to) {
        try {
            for (int done = 0; done < to.length; ) {
                int inflated = inflater.inflate(to, done, to.length - done);
                done += inflated;
                if (inflated == 0) {
                    feed();
                }
            }
        } catch (DataFormatException e) {
            throw Format.PNG.corrupt(String.valueOf(e.getMessage()));
        }
    }

    private void feed() {
        if (inflater.needsDictionary()) {
            throw Format.PNG.corrupt("its data needs a dictionary");
        }
        if (inflater.finished() || !pieces.hasNext()) {
            throw Format.PNG.truncated();
        }
        inflater.setInput(pieces.next().duplicate());
    }

    private static void addLeft(byte[] line, int back) {
        for (int i = back; i < line.length; i++) {
            line[i] += line[i - back];
        }
    }

    private static void addAbove(byte[] line, byte[] above) {
        for (int i = 0; i < line.length; i++) {
            line[i] += above[i];
        }
    }

    private static void addMean(byte[] line, byte[] above, int back) {
        for (int i = 0; i < line.length; i++) {
            int left = i < back ? 0 : line[i - back] & 0xFF;
            line[i] += (byte) ((left + (above[i] & 0xFF)) >> 1);
        }
    }

    private static void addPaeth(byte[] line, byte[] above, int back) {
        for (int i = 0; i < line.length; i++) {
            int left = i < back ? 0 : line[i - back] & 0xFF;
            int corner = i < back ? 0 : above[i - back] & 0xFF;
            line[i] += (byte) paeth(left, above[i] & 0xFF, corner);
        }
    }

    /// Of the three neighbours the one nearest to `left + up - corner`.
    static int paeth(int left, int up, int corner) {
        int toLeft = Math.abs(up - corner);
        int toUp = Math.abs(left - corner);
        int toCorner = Math.abs(left + up - 2 * corner);
        if (toLeft <= toUp && toLeft <= toCorner) {
            return left;
        }
        return toUp <= toCorner ? up : corner;
    }
}
