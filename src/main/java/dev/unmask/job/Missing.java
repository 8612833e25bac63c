package dev.unmask.job;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/// The items of those shards that are not there yet.
final class Missing implements Iterator<Item> {

    private final Iterator<Item> items;
    private final int shardRows;
    private final LongPredicate there;
    private long taken;
    private @Nullable Item next;

    /// @param items of all shards
    /// @param there whether the shard of a number is
    Missing(Iterator<Item> items, int shardRows, LongPredicate there) {
        this.items = items;
        this.shardRows = shardRows;
        this.there = there;
    }

    @Override
    public boolean hasNext() {
        while (next == null && items.hasNext()) {
            Item item = items.next();
            if (!there.test(taken++ / shardRows)) {
                next = item;
            }
        }
        return next != null;
    }

    @Override
    public Item next() {
        if (!hasNext() || next == null) {
            throw new NoSuchElementException("no item is missing");
        }
        Item item = next;
        next = null;
        return item;
    }
}
