/// Bytes to pixels exactly as the training code saw them, and tensors to PNG.
@NullMarked
package dev.unmask.image;

import org.jspecify.annotations.NullMarked;
