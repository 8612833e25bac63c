package dev.unmask.door;

/// Sees every request come and go, for metrics, logs and traces. Called on the threads that serve, so it is quick.
public interface Witness {

    long UNKNOWN = -1;

    /// The head of a request has come. What is marked now is in every line that is logged for the request.
    default void began(Exchange exchange) {}

    /// The answer is ready and about to be sent, whatever it is.
    ///
    /// @param status as HTTP has it
    /// @param bytes of the answer, or [#UNKNOWN]
    default void ended(Exchange exchange, int status, long bytes) {}

    /// What came could not be read as a request, and is refused with a status.
    default void unread(int status) {}
}
