/// Bundles, sessions and golden verification on ONNX Runtime.
@NullMarked
package dev.unmask.ort;

import org.jspecify.annotations.NullMarked;
