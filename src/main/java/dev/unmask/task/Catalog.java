package dev.unmask.task;

import dev.unmask.Card;
import dev.unmask.Fault;
import dev.unmask.Model;
import dev.unmask.UnmaskException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The models that are served, by name; the first is meant when none is named. Models come and go while requests run:
/// a model stays open for as long as somebody works with it.
public final class Catalog {

    private volatile Map<String, Entry> entries = Map.of(); // never changed, only replaced, under this

    /// Works with the model of a name, or with the first one that the caller may use.
    public <T> T use(Caller caller, @Nullable String name, Function<Model, T> work) {
        while (true) {
            Entry entry = find(caller, name);
            if (entry.enter()) {
                try {
                    return work.apply(entry.model());
                } finally {
                    entry.leave();
                }
            }
        }
    }

    /// Names a model that will be put soon: until then its callers are told to come again.
    public synchronized void announce(Card card) {
        if (entries.containsKey(card.name())) {
            throw new IllegalArgumentException("two models are named " + card.name());
        }
        replace(card.name(), new Entry(null));
    }

    /// What is to be told of each model that the caller may use, and that can be used now.
    public <T> List<T> all(Caller caller, Function<Model, T> tell) {
        return entries.values().stream()
                .filter(Entry::isLoaded)
                .map(Entry::model)
                .filter(model -> caller.may(model.card().name()))
                .map(tell)
                .toList();
    }

    /// Names of the models that were announced and are still to come.
    public List<String> loading() {
        return entries.entrySet().stream()
                .filter(entry -> !entry.getValue().isLoaded())
                .map(Map.Entry::getKey)
                .toList();
    }

    /// Serves a model from now on. Answers the model that it takes the place of, once nobody works with that any more.
    public Optional<Model> put(Model model) {
        return retired(replace(model.card().name(), new Entry(model)));
    }

    /// Serves a model no more. Answers it once nobody works with it any more.
    public Optional<Model> remove(String name) {
        return retired(replace(name, null));
    }

    private Entry find(Caller caller, @Nullable String name) {
        Map<String, Entry> now = entries;
        List<String> open = now.keySet().stream().filter(caller::may).toList();
        if (name != null) {
            caller.use(name);
        }
        if (open.isEmpty()) {
            throw new UnmaskException(Fault.NOT_FOUND, "no model is served");
        }
        String wanted = name == null ? open.getFirst() : name;
        Entry entry = now.get(wanted);
        if (entry == null) {
            throw new UnmaskException(
                    Fault.NOT_FOUND, "there is no model '" + wanted + "'; served are " + String.join(", ", open));
        }
        if (!entry.isLoaded()) {
            throw new UnmaskException(Fault.UNAVAILABLE, wanted + " is loading");
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
        if (entry == null || !entry.isLoaded()) {
            return Optional.empty();
        }
        entry.retire();
        return Optional.of(entry.model());
    }

    /// A model and who works with it; none as long as it is only announced.
    private static final class Entry {

        private final @Nullable Model model;
        private final ReadWriteLock life = new ReentrantReadWriteLock(); // write: retired
        private boolean retired;

        Entry(@Nullable Model model) {
            this.model = model;
        }

        boolean isLoaded() {
            return model != null;
        }

        Model model() {
            return Objects.requireNonNull(model);
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
