package dev.unmask.job;

import org.jspecify.annotations.Nullable;

/// What became of an item: one row of the output.
///
/// @param width in pixels; null where the picture could not be decoded
/// @param sha256 of the file's bytes; null where they could not be read
/// @param made null where there is an error
public record Result(
        String id,
        @Nullable Integer width,
        @Nullable Integer height,
        @Nullable String sha256,
        @Nullable Made made,
        @Nullable String error) {}
