package dev.unmask.job;

import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a job makes of a picture.
///
/// @param values of the work's columns, in their order
/// @param png the PNG file of a drawing of it, where one was asked for
public record Made(List<Object> values, @Nullable ByteBuffer png) {

    public Made {
        values = List.copyOf(values);
    }
}
