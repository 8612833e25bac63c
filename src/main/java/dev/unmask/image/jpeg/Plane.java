package dev.unmask.image.jpeg;

/// One component while it is decoded: its samples in whole macroblocks and, where several scans refine them, its
/// coefficients.
final class Plane {

    static final int COEFFICIENTS = 64;

    private final Frame.Component component;
    private final int width;
    private final int height;
    private final int blocksAcross;
    private final byte[] samples;
    /// Those of all blocks, or of the one block in hand.
    private final short[] coefficients;

    private final boolean progressive;
    private final Transform transform = new Transform();
    private int[] steps = new int[0];

    Plane(Frame frame, Frame.Component component) {
        this.component = component;
        this.width = frame.width(component);
        this.height = frame.height(component);
        this.blocksAcross = frame.columns() * component.across();
        this.progressive = frame.progressive();
        int samplesCount =
                Math.multiplyExact(blocksAcross * Frame.BLOCK, frame.rows() * component.down() * Frame.BLOCK);
        this.samples = new byte[samplesCount];
        this.coefficients = new short[progressive ? samplesCount : COEFFICIENTS];
    }

    Frame.Component component() {
        return component;
    }

    /// In samples.
    int width() {
        return width;
    }

    /// In samples.
    int height() {
        return height;
    }

    int stride() {
        return blocksAcross * Frame.BLOCK;
    }

    /// For reading only.
    byte[] samples() {
        return samples;
    }

    /// For filling in.
    short[] coefficients() {
        return coefficients;
    }

    /// Where the coefficients of a block are.
    int at(int column, int row) {
        return progressive ? (row * blocksAcross + column) * COEFFICIENTS : 0;
    }

    /// Fixes the quantizer, which is the one in force at the component's first scan.
    void quantize(Tables tables) {
        if (steps.length == 0) {
            steps = tables.steps(component.table());
        }
    }

    /// Turns the coefficients of a block into samples.
    void transform(int column, int row) {
        int to = row * Frame.BLOCK * stride() + column * Frame.BLOCK;
        transform.apply(coefficients, at(column, row), steps, samples, to, stride());
    }

    /// Turns all coefficients into samples.
    void transform() {
        if (steps.length == 0) {
            throw Damage.corrupt("a component has no scan");
        }
        for (int block = 0; progressive && block < samples.length / COEFFICIENTS; block++) {
            transform(block % blocksAcross, block / blocksAcross);
        }
    }
}
