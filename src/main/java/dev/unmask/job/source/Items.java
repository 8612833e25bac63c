package dev.unmask.job.source;

import dev.unmask.UnmaskException;
import dev.unmask.job.Item;
import java.io.Closeable;
import java.io.IOException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/// The items of a source, one after the other, for one thread. The file that they are read from is closed after the
/// last one and when it cannot be read on; who leaves before closes this.
public final class Items implements Iterator<Item>, AutoCloseable {

    /// Gives items until there are no more, and then null.
    interface Feed extends Closeable {
        @Nullable
        Item next() throws IOException;

        @Override
        default void close() throws IOException {}
    }

    /// Opens what items are read from.
    interface Opening {
        Feed open() throws IOException;
    }

    private final String source;
    private final Feed feed;
    private @Nullable Item next;
    private boolean ended;

    private Items(String source, Feed feed) {
        this.source = source;
        this.feed = feed;
    }

    /// @param source what a refusal calls it
    static Items of(String source, Opening opening) {
        try {
            return new Items(source, opening.open());
        } catch (IOException e) {
            throw unreadable(source, e);
        }
    }

    @Override
    public boolean hasNext() {
        if (next == null && !ended) {
            next = advance();
        }
        return next != null;
    }

    @Override
    public Item next() {
        Item item = hasNext() ? next : null;
        if (item == null) {
            throw new NoSuchElementException("all items of " + source + " were taken");
        }
        next = null;
        return item;
    }

    @Override
    public void close() {
        ended = true;
        next = null;
        try {
            feed.close();
        } catch (IOException e) {
            throw unreadable(source, e);
        }
    }

    private @Nullable Item advance() {
        boolean goesOn = false;
        try {
            Item item = feed.next();
            goesOn = item != null;
            return item;
        } catch (IOException e) {
            throw unreadable(source, e);
        } finally {
            if (!goesOn) {
                close();
            }
        }
    }

    private static UnmaskException unreadable(String source, IOException e) {
        return UnmaskException.invalid(source + " cannot be read: " + Named.reason(e));
    }
}
