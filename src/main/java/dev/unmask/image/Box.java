package dev.unmask.image;

/// A rectangle between edges, in pixels.
public record Box(double left, double top, double right, double bottom) {}
