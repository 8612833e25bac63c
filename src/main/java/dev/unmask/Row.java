package dev.unmask;

/// One picture with its mask: one row of a batch.
///
/// @param pixels uint8 (H, W, C) raw, or float32 (C, H, W) normalised
public record Row(Tensor pixels, Mask mask) {}
