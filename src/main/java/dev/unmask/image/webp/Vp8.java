package dev.unmask.image.webp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/// A lossy picture: one key frame of VP8 (RFC 6386). Macroblocks of 16 x 16 pixels are predicted from their neighbours,
/// what the prediction missed is added, and at last the edges between blocks are smoothed.
public final class Vp8 implements Bitstream {

    private static final int SIDE = 16;
    private static final int HALF = 8;
    private static final int START_CODE = 0x2A019D;

    private final int width;
    private final int height;
    private final ByteBuffer first;
    private final ByteBuffer rest;

    private Vp8(int width, int height, ByteBuffer first, ByteBuffer rest) {
        this.width = width;
        this.height = height;
        this.first = first;
        this.rest = rest;
    }

    /// Reads the size.
    public static Vp8 open(ByteBuffer chunk) {
        ByteBuffer data = chunk.slice().order(ByteOrder.LITTLE_ENDIAN);
        int tag = (data.get() & 0xFF) | (data.getChar() << 8);
        int start = (data.get() & 0xFF) | (data.getChar() << 8);
        if ((tag & 1) != 0 || start != START_CODE) {
            throw Damage.corrupt("its picture does not begin with a key frame");
        }
        int width = data.getChar() & 0x3FFF;
        int height = data.getChar() & 0x3FFF;
        int length = tag >> 5;
        if (length > data.remaining()) {
            throw Damage.truncated();
        }
        return new Vp8(
                width,
                height,
                data.slice(data.position(), length),
                data.slice(data.position() + length, data.remaining() - length));
    }

    @Override
    public int width() {
        return width;
    }

    @Override
    public int height() {
        return height;
    }

    @Override
    public byte[] rgb() {
        return new Frame().decode();
    }

    /// The decoding of the one frame: what lasts from macroblock to macroblock.
    private final class Frame {

        private final BoolDecoder bits = new BoolDecoder(first.duplicate());
        private final FrameHeader header = FrameHeader.read(bits);
        private final int columns = Math.ceilDiv(width, SIDE);
        private final int rows = Math.ceilDiv(height, SIDE);
        private final Plane luma = new Plane(columns * SIDE, rows * SIDE);
        private final Plane u = new Plane(columns * HALF, rows * HALF);
        private final Plane v = new Plane(columns * HALF, rows * HALF);
        private final Prediction predictLuma = new Prediction(luma);
        private final Prediction predictU = new Prediction(u);
        private final Prediction predictV = new Prediction(v);
        private final Macroblock macroblock = new Macroblock(header, columns);
        private final Coefficients coefficients = new Coefficients(header.coefficients(), columns);
        /// For each macroblock its kind, segment and 4 x 4 prediction, and whether it is filtered within.
        private final byte[] kinds = new byte[columns * rows];

        private byte[] decode() {
            List<BoolDecoder> partitions = partitions();
            for (int row = 0; row < rows; row++) {
                macroblock.startRow();
                coefficients.startRow();
                BoolDecoder partition = partitions.get(row % partitions.size());
                for (int column = 0; column < columns; column++) {
                    decode(partition, column, row);
                }
                if (bits.exhausted() || (partitions.size() > 1 && partition.exhausted())) {
                    throw Damage.truncated();
                }
            }
            filter();
            return new Colors(luma, u, v, width, height).rgb();
        }

        private List<BoolDecoder> partitions() {
            ByteBuffer data = rest.duplicate().order(ByteOrder.LITTLE_ENDIAN);
            int sizes = 3 * (header.partitions() - 1);
            int from = sizes;
            List<BoolDecoder> partitions = new ArrayList<>();
            for (int i = 0; i < header.partitions() - 1; i++) {
                int size = data.getChar() | ((data.get() & 0xFF) << 16);
                partitions.add(new BoolDecoder(data.slice(from, size)));
                from += size;
            }
            partitions.add(new BoolDecoder(data.slice(from, data.limit() - from)));
            return partitions;
        }

        private void decode(BoolDecoder partition, int column, int row) {
            macroblock.read(bits, column);
            if (macroblock.skipped()) {
                coefficients.skip(macroblock, column);
            } else {
                coefficients.read(partition, macroblock, header.steps().get(macroblock.segment()), column);
            }
            if (macroblock.small()) {
                small(column, row);
            } else {
                predictLuma.square(column * SIDE, row * SIDE, SIDE, macroblock.mode(0));
                add(luma, column * SIDE, row * SIDE, 0, 4);
            }
            predictU.square(column * HALF, row * HALF, HALF, macroblock.chroma());
            predictV.square(column * HALF, row * HALF, HALF, macroblock.chroma());
            add(u, column * HALF, row * HALF, 16, 2);
            add(v, column * HALF, row * HALF, 20, 2);
            boolean within = macroblock.small() || !coefficients.empty();
            kinds[row * columns + column] =
                    (byte) (macroblock.segment() | (macroblock.small() ? 4 : 0) | (within ? 8 : 0));
        }

        private void small(int column, int row) {
            // what is right above the macroblock serves its lower rows too; there is nothing at the last one's
            boolean last = column == columns - 1 && row > 0;
            int corner = luma.at(column * SIDE + (last ? SIDE - 1 : SIDE), row * SIDE - 1);
            for (int block = 0; block < 16; block++) {
                int x = column * SIDE + block % 4 * 4;
                int y = row * SIDE + block / 4 * 4;
                boolean inside = block % 4 < 3;
                predictLuma.small(
                        x, y, macroblock.mode(block), inside ? luma.at(x + 4, y - 1) : corner, inside || !last ? 1 : 0);
                Transform.add(coefficients.values(), block * Coefficients.BLOCK, luma, luma.at(x, y));
            }
        }

        private void add(Plane plane, int x, int y, int block, int across) {
            for (int i = 0; !coefficients.empty() && i < across * across; i++) {
                int at = plane.at(x + i % across * 4, y + i / across * 4);
                Transform.add(coefficients.values(), (block + i) * Coefficients.BLOCK, plane, at);
            }
        }

        private void filter() {
            List<FilterHeader.Strength> strengths = strengths();
            var filterLuma = new LoopFilter(luma);
            var filterU = new LoopFilter(u);
            var filterV = new LoopFilter(v);
            boolean simple = header.filter().simple();
            for (int i = 0; i < kinds.length; i++) {
                int x = i % columns;
                int y = i / columns;
                FilterHeader.Strength strength = strengths.get(kinds[i] & 7);
                boolean within = (kinds[i] & 8) != 0;
                if (strength.limit() > 0) {
                    filterLuma.macroblock(x * SIDE, y * SIDE, SIDE, strength, within, simple);
                }
                if (strength.limit() > 0 && !simple) {
                    filterU.macroblock(x * HALF, y * HALF, HALF, strength, within, false);
                    filterV.macroblock(x * HALF, y * HALF, HALF, strength, within, false);
                }
            }
        }

        /// By segment, and by segment again for those predicted in 4 x 4 blocks.
        private List<FilterHeader.Strength> strengths() {
            List<FilterHeader.Strength> strengths = new ArrayList<>();
            for (int kind = 0; kind < 2 * FrameHeader.Segments.COUNT; kind++) {
                int level =
                        header.segments().filterLevel(kind & 3, header.filter().level());
                strengths.add(header.filter().strength(level, kind > 3));
            }
            return strengths;
        }
    }
}
