package dev.unmask.image.jpeg;

/// The first bits of some coefficients in a progressive file.
final class AcDecoder implements BlockDecoder {

    private final Scan scan;
    private final Plane plane;
    private final EntropyReader bits;
    private final HuffmanTable table;
    /// Blocks to come that have nothing in this scan.
    private int empty;

    AcDecoder(Scan scan, Tables tables, EntropyReader bits) {
        this.scan = scan;
        this.plane = scan.parts().getFirst().plane();
        this.bits = bits;
        this.table = tables.ac(scan.parts().getFirst().acTable());
    }

    @Override
    public void decode(int part, int column, int row) {
        if (empty > 0) {
            empty--;
            return;
        }
        int at = plane.at(column, row);
        for (int i = scan.first(); i <= scan.last(); i++) {
            int symbol = table.symbol(bits);
            int run = symbol >> 4;
            int size = symbol & 0xF;
            if (size == 0 && run < 15) {
                empty = (1 << run) - 1 + bits.number(run);
                return;
            }
            i += run;
            int value = bits.signed(size);
            if (i < Plane.COEFFICIENTS) {
                plane.coefficients()[at + Tables.place(i)] = (short) (value << scan.low());
            }
        }
    }

    @Override
    public void restart() {
        empty = 0;
    }
}
