package dev.unmask.image.jpeg;

import java.util.Arrays;
import java.util.List;

/// The means of blocks in a progressive file: their high bits first, then one bit more with each scan.
final class DcDecoder implements BlockDecoder {

    private final Scan scan;
    private final EntropyReader bits;
    private final List<HuffmanTable> tables;
    private final int[] last;

    DcDecoder(Scan scan, Tables tables, EntropyReader bits) {
        this.scan = scan;
        this.bits = bits;
        this.tables = scan.high() > 0
                ? List.of()
                : scan.parts().stream().map(part -> tables.dc(part.dcTable())).toList();
        this.last = new int[scan.parts().size()];
    }

    @Override
    public void decode(int part, int column, int row) {
        Plane plane = scan.parts().get(part).plane();
        int at = plane.at(column, row);
        if (scan.high() > 0) {
            plane.coefficients()[at] |= (short) (bits.number(1) << scan.low());
        } else {
            last[part] += bits.signed(SequentialDecoder.size(tables.get(part).symbol(bits)));
            plane.coefficients()[at] = (short) (last[part] << scan.low());
        }
    }

    @Override
    public void restart() {
        Arrays.fill(last, 0);
    }
}
