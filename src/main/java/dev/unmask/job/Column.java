package dev.unmask.job;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A column of a job's table.
///
/// @param length of the lists of [Kind#FLOAT32S] and [Kind#FLOAT16S]; 1 for the others
public record Column(String name, Kind kind, int length) {

    /// What a cell holds, and as which object it comes.
    public enum Kind {
        /// [String].
        TEXT,
        /// [Integer].
        INT32,
        /// [Double].
        FLOAT64,
        /// `float[]`, as long as the column says.
        FLOAT32S,
        /// `float[]`, stored in half precision.
        FLOAT16S
    }

    Column(String name, Kind kind) {
        this(name, kind, 1);
    }

    /// Whether a cell is a list of numbers.
    public boolean isList() {
        return kind == Kind.FLOAT32S || kind == Kind.FLOAT16S;
    }

    /// What a cell holds where there is nothing.
    @Nullable
    Object nothing() {
        if (!isList()) {
            return null;
        }
        float[] nothing = new float[length];
        Arrays.fill(nothing, Float.NaN);
        return nothing;
    }

    /// The numbers of a cell of lists, as many as the column says.
    public float[] floats(Object cell) {
        float[] floats = (float[]) cell;
        if (floats.length != length) {
            throw new IllegalArgumentException(
                    "column '" + name + "' holds lists of " + length + " numbers, not of " + floats.length);
        }
        return floats;
    }
}
