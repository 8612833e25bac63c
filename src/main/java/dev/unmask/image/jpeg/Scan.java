package dev.unmask.image.jpeg;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// One pass over the picture, which carries some components, and of their coefficients some.
///
/// @param first coefficient of those it carries
/// @param last coefficient of those it carries
/// @param high bits that earlier scans have carried, or 0
/// @param low bits that later scans will carry
record Scan(List<Part> parts, int first, int last, int high, int low) {

    private static final int MAX_BLOCKS = 10;

    /// A component of a scan, with the codes it uses.
    record Part(Plane plane, int dcTable, int acTable) {}

    Scan {
        parts = List.copyOf(parts);
    }

    static Scan read(ByteBuffer segment, List<Plane> planes, boolean progressive) {
        ByteBuffer body = segment.duplicate();
        int count = body.get() & 0xFF;
        List<Part> parts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Plane plane = named(body.get() & 0xFF, planes);
            int tables = body.get() & 0xFF;
            parts.add(new Part(plane, tables >> 4, tables & 0xF));
        }
        int first = body.get() & 0xFF;
        int last = body.get() & 0xFF;
        int bits = body.get() & 0xFF;
        return progressive
                ? new Scan(parts, first, last, bits >> 4, bits & 0xF).checked()
                : new Scan(parts, 0, Plane.COEFFICIENTS - 1, 0, 0).distinct();
    }

    /// Visits the blocks of all parts in the order they are stored. A part that is alone stores just the blocks that
    /// hold
    /// some of the picture; several take turns, macroblock by macroblock.
    void decode(Frame frame, Tables tables, EntropyReader bits, BlockDecoder blocks) {
        parts.forEach(part -> part.plane().quantize(tables));
        Plane only = parts.getFirst().plane();
        boolean alone = parts.size() == 1;
        int columns = alone ? Math.ceilDiv(only.width(), Frame.BLOCK) : frame.columns();
        int rows = alone ? Math.ceilDiv(only.height(), Frame.BLOCK) : frame.rows();
        int interval = tables.restartInterval();
        for (int i = 0; i < columns * rows; i++) {
            if (interval > 0 && i > 0 && i % interval == 0) {
                bits.restart((i / interval - 1) % 8);
                blocks.restart();
            }
            if (alone) {
                blocks.decode(0, i % columns, i / columns);
            } else {
                macroblock(blocks, i % columns, i / columns);
            }
        }
        bits.finish();
    }

    private void macroblock(BlockDecoder blocks, int column, int row) {
        for (int part = 0; part < parts.size(); part++) {
            Frame.Component component = parts.get(part).plane().component();
            for (int y = 0; y < component.down(); y++) {
                for (int x = 0; x < component.across(); x++) {
                    blocks.decode(part, column * component.across() + x, row * component.down() + y);
                }
            }
        }
    }

    private Scan checked() {
        boolean dc = first == 0;
        if (first > last || last >= Plane.COEFFICIENTS || (dc && last > 0) || (!dc && parts.size() > 1) || low > 13) {
            throw Damage.corrupt("a scan of coefficients " + first + " to " + last + ", bits from " + low);
        }
        return distinct();
    }

    private Scan distinct() {
        int blocks = parts.stream()
                .map(part -> part.plane().component())
                .mapToInt(component -> component.across() * component.down())
                .sum();
        long planes = parts.stream().map(Part::plane).distinct().count();
        if (parts.isEmpty() || planes < parts.size() || (parts.size() > 1 && blocks > MAX_BLOCKS)) {
            throw Damage.corrupt("a scan of " + parts.size() + " components in " + blocks + " blocks");
        }
        return this;
    }

    private static Plane named(int name, List<Plane> planes) {
        return planes.stream()
                .filter(plane -> plane.component().name() == name)
                .findFirst()
                .orElseThrow(() -> Damage.corrupt("a scan of a component " + name + " that the frame lacks"));
    }
}
