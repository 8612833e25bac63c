package dev.unmask.image.jpeg;

/// Reads the blocks of one scan.
interface BlockDecoder {

    /// The next block, which belongs to the scan's part of this number.
    void decode(int part, int column, int row);

    /// Forgets what it knows of blocks before.
    void restart();

    /// The decoder of a scan.
    static BlockDecoder of(Scan scan, boolean progressive, Tables tables, EntropyReader bits) {
        if (!progressive) {
            return new SequentialDecoder(scan, tables, bits);
        }
        if (scan.first() == 0) {
            return new DcDecoder(scan, tables, bits);
        }
        return scan.high() == 0 ? new AcDecoder(scan, tables, bits) : new AcRefiner(scan, tables, bits);
    }
}
