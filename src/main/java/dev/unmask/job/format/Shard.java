package dev.unmask.job.format;

import dev.unmask.job.Result;
import java.io.Closeable;
import java.io.IOException;

/// A part of a table that is being written. Its files are whole when it has been closed.
public interface Shard extends Closeable {

    void add(Result result) throws IOException;
}
