package dev.unmask.oip;

/// A model of the repository.
///
/// @param state READY, LOADING or UNAVAILABLE
/// @param reason why it is not ready, or empty
record IndexEntry(String name, String version, State state, String reason) {

    enum State {
        READY,
        LOADING,
        UNAVAILABLE
    }
}
