package dev.unmask;

/// A model as one caller sees it who was let in, with places for the rows to come. Closing gives back the places that
/// were not used.
public record Admission(Model model, Runnable leave) implements AutoCloseable {

    @Override
    public void close() {
        leave.run();
    }
}
