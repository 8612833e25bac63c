package dev.unmask.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// The one thing wanted of EXIF data, which is a TIFF file in small: tag 0x0112 of its first directory.
final class Exif {

    private static final byte[] MARK = "Exif\0\0".getBytes(StandardCharsets.ISO_8859_1);
    private static final int ORIENTATION = 0x0112;
    private static final int SHORT = 3;
    private static final int ENTRY_BYTES = 12;

    private Exif() {}

    /// Whether the block begins with the mark that it has in JPEG.
    static boolean marked(ByteBuffer block) {
        return block.limit() >= MARK.length && block.slice(0, MARK.length).equals(ByteBuffer.wrap(MARK));
    }

    /// The orientation in a block, marked or not; upright where there is none or the block makes no sense.
    static Orientation orientation(ByteBuffer exif) {
        ByteBuffer block = marked(exif) ? exif.slice(MARK.length, exif.limit() - MARK.length) : exif.slice();
        if (block.remaining() < 8) {
            return Orientation.UPRIGHT;
        }
        switch (block.getInt(0)) {
            case 0x49492A00 -> block.order(ByteOrder.LITTLE_ENDIAN);
            case 0x4D4D002A -> block.order(ByteOrder.BIG_ENDIAN);
            default -> {
                return Orientation.UPRIGHT;
            }
        }
        return inDirectory(block, Integer.toUnsignedLong(block.getInt(4)));
    }

    private static Orientation inDirectory(ByteBuffer block, long offset) {
        if (offset + 2 > block.limit()) {
            return Orientation.UPRIGHT;
        }
        int entries = block.getShort((int) offset) & 0xFFFF;
        for (long at = offset + 2; entries > 0 && at + ENTRY_BYTES <= block.limit(); at += ENTRY_BYTES, entries--) {
            int entry = (int) at;
            if ((block.getShort(entry) & 0xFFFF) == ORIENTATION && block.getShort(entry + 2) == SHORT) {
                return Orientation.of(block.getShort(entry + 8));
            }
        }
        return Orientation.UPRIGHT;
    }
}
