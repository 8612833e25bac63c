package dev.unmask.job;

/// A picture that is ready for its batch.
///
/// @param width of the picture's file, in pixels
/// @param height of the picture's file, in pixels
/// @param payload what the batch takes
public record Prepared<P>(int width, int height, P payload) {}
