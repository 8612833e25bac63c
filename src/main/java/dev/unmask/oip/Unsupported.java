package dev.unmask.oip;

import dev.unmask.Fault;
import dev.unmask.UnmaskException;

/// Extensions that clients may ask for and that are not here.
enum Unsupported {
    SHARED_MEMORY("shared memory is not supported; send tensors in the request"),
    TRACE("trace settings are not supported; the operator sets where traces go"),
    LOGGING("log settings are not supported; the operator sets them");

    private final String message;

    Unsupported(String message) {
        this.message = message;
    }

    UnmaskException refusal() {
        return new UnmaskException(Fault.UNSUPPORTED, message);
    }
}
