/// The Open Inference Protocol, version 2, with Triton's extensions: one vocabulary, two codecs (HTTP and gRPC).
///
/// What a request means is decided once, in [dev.unmask.oip.Inference] and [dev.unmask.oip.Repository]; a codec only
/// translates.
@NullMarked
package dev.unmask.oip;

import org.jspecify.annotations.NullMarked;
