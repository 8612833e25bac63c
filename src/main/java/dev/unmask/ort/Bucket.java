package dev.unmask.ort;

import java.util.ArrayList;
import java.util.List;

/// The shape of a run that others are padded to.
///
/// @param rows 1, 2, 4, 8 and so on, or the most that one run has
/// @param keep patches that each row keeps
record Bucket(int rows, int keep) {

    /// The smallest that holds so many rows.
    static Bucket of(int rows, int keep, int maxRows) {
        int power = rows == 1 ? 1 : Integer.highestOneBit(rows - 1) << 1;
        return new Bucket(Math.min(power, maxRows), keep);
    }

    /// All for one number of kept patches, the largest first.
    static List<Bucket> all(int keep, int maxRows) {
        List<Bucket> all = new ArrayList<>();
        for (int rows = maxRows; rows > 0; rows = smaller(rows)) {
            all.add(new Bucket(rows, keep));
        }
        return all;
    }

    /// The next smaller power of two, or 0.
    private static int smaller(int rows) {
        return Integer.highestOneBit(rows - 1);
    }

    /// `32x49`, rows by kept patches.
    @Override
    public String toString() {
        return rows + "x" + keep;
    }
}
