package dev.unmask.image;

/// One direction of a picture's way into the model: `source` pixels are resized to `scaled`, and `length` of these are
/// kept from `first` on.
public record Axis(int source, int scaled, int first, int length) {

    public Axis {
        if (source < 1 || scaled < 1 || length < 1 || first < 0 || first + length > scaled) {
            throw new IllegalArgumentException(
                    source + " px resized to " + scaled + " px do not hold " + length + " px from " + first);
        }
    }

    /// Resized, nothing cut off.
    static Axis resized(int source, int target) {
        return new Axis(source, target, 0, target);
    }

    /// Resized, then the middle `length` pixels; half a pixel goes to the even side, as Python rounds.
    static Axis centered(int source, int scaled, int length) {
        return new Axis(source, scaled, (int) Math.rint((scaled - length) / 2.0), length);
    }

    /// Where a position in the source lies in the result; outside of it where it was cut off.
    public double map(double position) {
        return position * scaled / source - first;
    }

    /// Whether the pixels stay as they are.
    boolean same() {
        return source == length && scaled == length;
    }
}
