package dev.unmask.job.source;

import dev.unmask.job.Item;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Sources one after the other; one is open at a time.
record Sequence(List<Source> sources) implements Source {

    Sequence {
        sources = List.copyOf(sources);
    }

    @Override
    public Items iterator() {
        return Items.of("input", () -> new Chain(sources.iterator()));
    }

    private static final class Chain implements Items.Feed {

        private final Iterator<Source> sources;
        private @Nullable Items current;

        Chain(Iterator<Source> sources) {
            this.sources = sources;
        }

        @Override
        public @Nullable Item next() {
            while (current == null || !current.hasNext()) {
                if (!sources.hasNext()) {
                    return null;
                }
                current = sources.next().iterator();
            }
            return current.next();
        }

        @Override
        public void close() {
            if (current != null) {
                current.close();
            }
        }
    }
}
