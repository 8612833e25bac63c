package dev.unmask.task;

import dev.unmask.Fault;
import dev.unmask.Model;
import dev.unmask.UnmaskException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The models that are served, by name; the first is the one that is meant when none is named.
public final class Catalog {

    private final Map<String, Model> models = new LinkedHashMap<>();

    public Catalog(Collection<? extends Model> models) {
        for (Model model : models) {
            if (this.models.put(model.card().name(), model) != null) {
                throw new IllegalArgumentException(
                        "two models are named " + model.card().name());
            }
        }
        if (this.models.isEmpty()) {
            throw new IllegalArgumentException("no model to serve");
        }
    }

    /// The model of a name, or the first one.
    public Model find(@Nullable String name) {
        if (name == null) {
            return models.values().iterator().next();
        }
        Model model = models.get(name);
        if (model == null) {
            throw new UnmaskException(
                    Fault.NOT_FOUND,
                    "there is no model '" + name + "'; served are " + String.join(", ", models.keySet()));
        }
        return model;
    }

    public Collection<Model> all() {
        return models.values();
    }
}
