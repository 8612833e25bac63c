/// Bytes to pixels exactly as the training code saw them, and tensors to PNG.
///
/// The reference is Pillow 13, to the byte: compared on 192 pictures of every chroma sampling, colour type and depth,
/// progressive and interlaced, CMYK and YCCK, with and without alpha. Known differences: 16-bit grey PNG, of which
/// Pillow clips nearly all to white and here the high byte is taken; and progressive JPEG that lacks its last scans,
/// where Pillow smooths over the missing detail (at most 6 levels without the last two, 49 with only the first). Up to
/// version 12, Pillow resized tall pictures in the other order, which differs by one level on some.
@NullMarked
package dev.unmask.image;

import org.jspecify.annotations.NullMarked;
