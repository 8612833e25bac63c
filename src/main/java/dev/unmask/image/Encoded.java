package dev.unmask.image;

/// A picture file whose header has been read and whose pixels have not. Reading past the end of the bytes throws
/// `BufferUnderflowException` or `IndexOutOfBoundsException`; [Decoder] makes a refusal of it.
interface Encoded {

    int width();

    int height();

    /// How the file says that its pixels should be turned for viewing.
    Orientation orientation();

    /// The pixels as they are stored, RGB row by row; allocated only here.
    byte[] rgb();
}
