package dev.unmask.door;

import java.util.List;

/// Whether the service would do work now, and whether it ever will.
public interface Readiness {

    /// Why it is not ready for work, a line for each reason; none if it is.
    List<String> obstacles();

    /// What only a new process can cure, a line for each; none if there is no such thing. Each is an obstacle too.
    List<String> deaths();

    /// Where each model runs, how and why so, and what was lost since.
    default List<String> details() {
        return List.of();
    }
}
