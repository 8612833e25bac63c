package dev.unmask.image.webp;

/// A compressed picture, without the file around it.
public sealed interface Bitstream permits Vp8, Vp8l {

    int width();

    int height();

    /// The pixels, three bytes each, row by row.
    byte[] rgb();
}
