package dev.unmask.job.source;

import dev.unmask.job.Item;

/// The pictures of a job. They come in an order that is the same each time, and lazily: what is held in memory does
/// not grow with their number.
public interface Source extends Iterable<Item> {

    @Override
    Items iterator();
}
