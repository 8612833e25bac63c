package dev.unmask.image.jpeg;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/// The tables in force, by kind and number; segments between scans may replace them.
final class Tables {

    /// Where the coefficients of a block stand, in the order they are stored.
    private static final int[] ZIGZAG = {
        0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14,
        21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60,
        61, 54, 47, 55, 62, 63
    };

    private final Map<Integer, int[]> steps = new HashMap<>();
    private final Map<Integer, HuffmanTable> dc = new HashMap<>();
    private final Map<Integer, HuffmanTable> ac = new HashMap<>();
    private int restartInterval;

    /// The place of a coefficient in its block, row by row.
    static int place(int i) {
        return ZIGZAG[i];
    }

    /// Takes in a segment, if it is one of tables.
    void read(Segments.Segment segment) {
        ByteBuffer body = segment.body().duplicate();
        switch (segment.marker()) {
            case 0xDB -> readSteps(body);
            case 0xC4 -> readCodes(body);
            case 0xDD -> restartInterval = body.getChar();
            default -> {}
        }
    }

    /// Macroblocks between restarts, or 0.
    int restartInterval() {
        return restartInterval;
    }

    /// Steps of the quantizer, by place.
    int[] steps(int number) {
        int[] found = steps.get(number);
        if (found == null) {
            throw Damage.corrupt("it has no quantizer " + number);
        }
        return found;
    }

    HuffmanTable dc(int number) {
        return code(dc, number);
    }

    HuffmanTable ac(int number) {
        return code(ac, number);
    }

    private static HuffmanTable code(Map<Integer, HuffmanTable> codes, int number) {
        HuffmanTable found = codes.get(number);
        if (found == null) {
            throw Damage.corrupt("it has no code " + number);
        }
        return found;
    }

    private void readSteps(ByteBuffer body) {
        while (body.hasRemaining()) {
            int kind = body.get() & 0xFF;
            int[] read = new int[Plane.COEFFICIENTS];
            for (int i = 0; i < read.length; i++) {
                read[place(i)] = kind >> 4 == 0 ? body.get() & 0xFF : body.getChar();
            }
            steps.put(kind & 0xF, read);
        }
    }

    private void readCodes(ByteBuffer body) {
        while (body.hasRemaining()) {
            int kind = body.get() & 0xFF;
            HuffmanTable read = HuffmanTable.read(body);
            (kind >> 4 == 0 ? dc : ac).put(kind & 0xF, read);
        }
    }
}
