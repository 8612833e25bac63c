package dev.unmask.ort;

/// How far a graph's answers may be from PyTorch's on a device, as its bundle states.
///
/// @param tolerance the largest difference, relative to the tensor's largest value where that is above 1
/// @param cosine the least, of the angle between the two
/// @param levels the largest difference of a picture's bytes
record Limits(double tolerance, double cosine, int levels) {

    /// Not at all.
    static final Limits EXACT = new Limits(0, 0, 0);
}
