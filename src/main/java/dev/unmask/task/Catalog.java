package dev.unmask.task;

import dev.unmask.Card;
import dev.unmask.Fault;
import dev.unmask.Model;
import dev.unmask.UnmaskException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The models that are served, by name; the first is meant when none is named. Models come and go while requests run:
/// a model stays open for as long as somebody works with it.
public final class Catalog {

    private volatile Map<String, Entry> entries = Map.of(); // never changed, only replaced, under this

    /// Works with the model of a name, or with the first one.
    public <T> T use(@Nullable String name, Function<Model, T> work) {
        while (true) {
            Entry entry = find(name);
            if (entry.enter()) {
                try {
                    return work.apply(entry.model);
                } finally {
                    entry.leave();
                }
            }
        }
    }

    /// What is known of the model of a name, or of the first one.
    public Card card(@Nullable String name) {
        return find(name).model.card();
    }

    public List<Card> cards() {
        return entries.values().stream().map(entry -> entry.model.card()).toList();
    }

    /// Serves a model from now on. Answers the model that it takes the place of, once nobody works with that any more.
    public Optional<Model> put(Model model) {
        return retired(replace(model.card().name(), new Entry(model)));
    }

    /// Serves a model no more. Answers it once nobody works with it any more.
    public Optional<Model> remove(String name) {
        return retired(replace(name, null));
    }

    private Entry find(@Nullable String name) {
        Map<String, Entry> now = entries;
        Entry entry = name == null && !now.isEmpty() ? now.values().iterator().next() : now.get(String.valueOf(name));
        if (entry == null) {
            String served = now.isEmpty() ? "none is served" : "served are " + String.join(", ", now.keySet());
            throw new UnmaskException(
                    Fault.NOT_FOUND,
                    name == null ? "no model is served" : "there is no model '" + name + "'; " + served);
        }
        return entry;
    }

    private synchronized @Nullable Entry replace(String name, @Nullable Entry entry) {
        Map<String, Entry> next = new LinkedHashMap<>(entries);
        Entry before = entry == null ? next.remove(name) : next.put(name, entry);
        entries = next;
        return before;
    }

    private static Optional<Model> retired(@Nullable Entry entry) {
        if (entry == null) {
            return Optional.empty();
        }
        entry.retire();
        return Optional.of(entry.model);
    }

    /// A model and who works with it.
    private static final class Entry {

        private final Model model;
        private final ReadWriteLock life = new ReentrantReadWriteLock(); // write: retired
        private boolean retired;

        Entry(Model model) {
            this.model = model;
        }

        /// False if the model was retired since it was found.
        boolean enter() {
            if (!life.readLock().tryLock()) { // passes those who wait to retire it, so that nobody waits for them
                return false;
            }
            if (retired) {
                leave();
            }
            return !retired;
        }

        void leave() {
            life.readLock().unlock();
        }

        void retire() {
            life.writeLock().lock();
            try {
                retired = true;
            } finally {
                life.writeLock().unlock();
            }
        }
    }
}
