package dev.unmask.web;

import io.micronaut.http.HttpResponse;

/// Sees every request come and go, for metrics, logs and traces. Called on the threads that serve, so it is quick.
public interface Witness {

    /// The head of a request has come. What is marked now is in every line that is logged for the request.
    default void began(Exchange exchange) {}

    /// The answer is ready and about to be sent, whatever it is.
    default void ended(Exchange exchange, HttpResponse<?> response) {}

    /// What came could not be read as a request, and is refused with a status.
    default void unread(int status) {}
}
