package dev.unmask.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/// What a BMP file says before its pixels.
///
/// @param bits of a pixel
/// @param bottomUp the lowest line comes first
/// @param masks which bits of a pixel are red, green and blue, where it is not a palette's number
record BmpHeader(
        int width, int height, int bits, boolean bottomUp, Packing packing, Palette palette, List<Integer> masks) {

    private static final int FILE_HEADER = 14;
    private static final int OLD = 12;
    private static final int FIRST_WITH_MASKS = 52;
    private static final List<Integer> SIZES = List.of(OLD, 40, FIRST_WITH_MASKS, 56, 64, 108, 124);

    /// How pixels are stored.
    enum Packing {
        RAW,
        RUNS_OF_BYTES,
        RUNS_OF_NIBBLES,
        MASKS
    }

    /// The fields of the header as they are stored.
    private record Fields(int size, long width, int height, int bits, int packing, int colors) {

        static Fields read(ByteBuffer bytes) {
            int size = bytes.getInt(FILE_HEADER);
            if (!SIZES.contains(size)) {
                throw Format.BMP.unsupported("with a header of " + size + " bytes");
            }
            ByteBuffer fields = bytes.slice(FILE_HEADER + 4, size - 4).order(ByteOrder.LITTLE_ENDIAN);
            return size == OLD
                    ? new Fields(size, fields.getChar(0), fields.getChar(2), fields.getChar(6), 0, 0)
                    : new Fields(
                            size,
                            fields.getInt(0),
                            fields.getInt(4),
                            fields.getChar(10),
                            fields.getInt(12),
                            fields.getInt(28));
        }

        int entryBytes() {
            return size == OLD ? 3 : 4;
        }

        /// Entries of the palette; none where pixels are colours themselves.
        int entries() {
            if (bits > 8) {
                return 0;
            }
            if (colors < 0 || colors > 1 << 16) {
                throw Format.BMP.corrupt("a palette of " + colors + " colours");
            }
            return colors == 0 ? 1 << bits : colors;
        }
    }

    BmpHeader {
        masks = List.copyOf(masks);
    }

    /// Reads the header and leaves the buffer at the pixels.
    static BmpHeader read(ByteBuffer bytes) {
        bytes.order(ByteOrder.LITTLE_ENDIAN);
        Fields fields = Fields.read(bytes);
        if (fields.width < 1 || fields.width > Integer.MAX_VALUE || fields.height == Integer.MIN_VALUE) {
            throw Format.BMP.corrupt("it is " + fields.width + " x " + fields.height + " px");
        }
        Packing packing = packing(fields);
        bytes.position(FILE_HEADER + fields.size);
        List<Integer> masks = masks(bytes, fields, packing);
        ByteBuffer entries =
                bytes.slice(bytes.position(), Math.min(fields.entries() * fields.entryBytes(), bytes.remaining()));
        int pixels = pixels(bytes, fields, entries);
        if (pixels < 0 || pixels > bytes.limit()) {
            throw Format.BMP.truncated();
        }
        bytes.position(pixels);
        return new BmpHeader(
                (int) fields.width,
                Math.abs(fields.height),
                fields.bits,
                fields.height > 0,
                packing,
                Palette.bgr(entries, fields.entryBytes()),
                masks);
    }

    int y(int line) {
        return bottomUp ? height - 1 - line : line;
    }

    /// Bytes of a line: whole groups of four.
    int stride() {
        return Math.toIntExact(Math.ceilDiv((long) width * bits, 32) * 4);
    }

    /// Writes pixel `x` of a line at `rgb[to]` and the two bytes after.
    void put(ByteBuffer line, int x, byte[] rgb, int to) {
        if (bits <= 8) {
            int bit = x * bits;
            int number = ((line.get(bit >> 3) & 0xFF) >> (8 - bits - (bit & 7))) & ((1 << bits) - 1);
            palette.put(number, rgb, to);
            return;
        }
        int pixel = pixel(line, x * (bits / 8));
        for (int channel = 0; channel < Picture.CHANNELS; channel++) {
            rgb[to + channel] = (byte) sample(pixel, masks.get(channel));
        }
    }

    private int pixel(ByteBuffer line, int at) {
        int pixel = 0;
        for (int i = 0; i < bits / 8; i++) {
            pixel |= (line.get(at + i) & 0xFF) << (8 * i);
        }
        return pixel;
    }

    /// The bits under a mask, stretched to 0..255.
    private static int sample(int pixel, int mask) {
        int shift = Integer.numberOfTrailingZeros(mask);
        return ((pixel & mask) >>> shift) * 255 / (mask >>> shift);
    }

    private static Packing packing(Fields fields) {
        if (!List.of(1, 4, 8, 16, 24, 32).contains(fields.bits)) {
            throw Format.BMP.unsupported("with " + fields.bits + " bits a pixel");
        }
        if (fields.packing == 0) {
            return Packing.RAW;
        }
        if (fields.packing == 1 && fields.bits == 8) {
            return Packing.RUNS_OF_BYTES;
        }
        if (fields.packing == 2 && fields.bits == 4) {
            return Packing.RUNS_OF_NIBBLES;
        }
        if (fields.packing == 3 && fields.bits > 8) {
            return Packing.MASKS;
        }
        throw Format.BMP.unsupported("with compression " + fields.packing + " and " + fields.bits + " bits a pixel");
    }

    private static List<Integer> masks(ByteBuffer bytes, Fields fields, Packing packing) {
        List<Integer> usual = fields.bits == 16 ? List.of(0x7C00, 0x3E0, 0x1F) : List.of(0xFF0000, 0xFF00, 0xFF);
        if (packing != Packing.MASKS) {
            return usual;
        }
        // behind the header, or its last fields
        int at = FILE_HEADER + 40;
        List<Integer> masks = List.of(bytes.getInt(at), bytes.getInt(at + 4), bytes.getInt(at + 8));
        if (fields.size < FIRST_WITH_MASKS) {
            bytes.position(at + 12);
        }
        if (masks.equals(List.of(0, 0, 0))) {
            return usual;
        }
        if (!masks.stream().allMatch(BmpHeader::readable)) {
            throw Format.BMP.unsupported("with colour masks %x, %x, %x".formatted(masks.toArray()));
        }
        return masks;
    }

    /// Whether a mask is one to eight bits in a row.
    private static boolean readable(int mask) {
        int ones = mask >>> Integer.numberOfTrailingZeros(mask);
        return mask != 0 && ones <= 0xFF && (ones & (ones + 1)) == 0;
    }

    /// Where the pixels begin. Some writers forget to count the palette, others say nothing.
    private static int pixels(ByteBuffer bytes, Fields fields, ByteBuffer entries) {
        int offset = bytes.getInt(10);
        if (offset == 0) {
            return bytes.position() + entries.limit();
        }
        return offset == FILE_HEADER + fields.size ? offset + entries.limit() : offset;
    }
}
