package dev.unmask.image.jpeg;

import java.util.Arrays;
import java.util.List;

/// Whole blocks, one after the other; samples are made at once.
final class SequentialDecoder implements BlockDecoder {

    private final List<Scan.Part> parts;
    private final EntropyReader bits;
    private final HuffmanTable[] dc;
    private final HuffmanTable[] ac;
    private final int[] last;

    SequentialDecoder(Scan scan, Tables tables, EntropyReader bits) {
        this.parts = scan.parts();
        this.bits = bits;
        this.dc = parts.stream().map(part -> tables.dc(part.dcTable())).toArray(HuffmanTable[]::new);
        this.ac = parts.stream().map(part -> tables.ac(part.acTable())).toArray(HuffmanTable[]::new);
        this.last = new int[parts.size()];
    }

    @Override
    public void decode(int part, int column, int row) {
        Plane plane = parts.get(part).plane();
        short[] coefficients = plane.coefficients();
        Arrays.fill(coefficients, (short) 0);
        last[part] += bits.signed(size(dc[part].symbol(bits)));
        coefficients[0] = (short) last[part];
        for (int i = 1; i < Plane.COEFFICIENTS; i++) {
            int symbol = ac[part].symbol(bits);
            int size = symbol & 0xF;
            if (size == 0 && symbol != 0xF0) {
                break;
            }
            i += symbol >> 4;
            int value = bits.signed(size);
            if (i < Plane.COEFFICIENTS) {
                coefficients[Tables.place(i)] = (short) value;
            }
        }
        plane.transform(column, row);
    }

    @Override
    public void restart() {
        Arrays.fill(last, 0);
    }

    /// The size of a DC difference.
    static int size(int symbol) {
        if (symbol > 15) {
            throw Damage.corrupt("a difference of " + symbol + " bits");
        }
        return symbol;
    }
}
