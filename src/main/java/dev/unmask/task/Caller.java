package dev.unmask.task;

import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import java.util.Set;

/// Who asks, and what that opens. Where no keys are configured, everybody is [#ANYONE].
///
/// @param name of the key, for messages; never the key itself
/// @param models names of models, or [#EVERY_MODEL]
/// @param admin whether models may be loaded and unloaded
public record Caller(String name, Set<String> models, boolean admin) {

    public static final String EVERY_MODEL = "*";

    /// A caller who may do everything.
    public static final Caller ANYONE = new Caller("anyone", Set.of(EVERY_MODEL), true);

    public Caller {
        models = Set.copyOf(models);
    }

    public boolean may(String model) {
        return models.contains(EVERY_MODEL) || models.contains(model);
    }

    /// Refuses the use of a model that this caller's key does not open, whether there is such a model or not.
    public void use(String model) {
        if (!may(model)) {
            throw new UnmaskException(Fault.FORBIDDEN, "the key '" + name + "' does not open model '" + model + "'");
        }
    }

    /// Refuses to load or unload a model for those who may only use it.
    public void administer(String model) {
        use(model);
        if (!admin) {
            throw new UnmaskException(Fault.FORBIDDEN, "the key '" + name + "' does not load or unload models");
        }
    }
}
