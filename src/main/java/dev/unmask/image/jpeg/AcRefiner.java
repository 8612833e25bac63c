package dev.unmask.image.jpeg;

/// One more bit of some coefficients in a progressive file: of those known to be something each a bit, and between them
/// those that turn out to be something now.
final class AcRefiner implements BlockDecoder {

    private final Scan scan;
    private final Plane plane;
    private final EntropyReader bits;
    private final HuffmanTable table;
    private final int one;
    /// Blocks to come, this one included, in which nothing new turns up.
    private int settled;

    AcRefiner(Scan scan, Tables tables, EntropyReader bits) {
        this.scan = scan;
        this.plane = scan.parts().getFirst().plane();
        this.bits = bits;
        this.table = tables.ac(scan.parts().getFirst().acTable());
        this.one = 1 << scan.low();
    }

    @Override
    public void decode(int part, int column, int row) {
        int at = plane.at(column, row);
        int i = scan.first();
        while (settled == 0 && i <= scan.last()) {
            int symbol = table.symbol(bits);
            int run = symbol >> 4;
            int size = symbol & 0xF;
            if (size == 0 && run < 15) {
                settled = (1 << run) + bits.number(run);
            } else {
                int found = size == 0 ? 0 : bits.flag() ? one : -one;
                i = refine(at, i, run);
                if (found != 0 && i <= scan.last()) {
                    plane.coefficients()[at + Tables.place(i)] = (short) found;
                }
                i++;
            }
        }
        if (settled > 0) {
            refine(at, i, Plane.COEFFICIENTS);
            settled--;
        }
    }

    @Override
    public void restart() {
        settled = 0;
    }

    /// Refines what is known from a coefficient on, over as many unknown ones as `run`; answers where the next unknown
    /// one is.
    private int refine(int at, int from, int run) {
        int left = run;
        int i = from;
        for (; i <= scan.last(); i++) {
            int place = at + Tables.place(i);
            short known = plane.coefficients()[place];
            if (known != 0) {
                if (bits.flag() && (known & one) == 0) {
                    plane.coefficients()[place] = (short) (known + (known > 0 ? one : -one));
                }
            } else if (--left < 0) {
                break;
            }
        }
        return i;
    }
}
