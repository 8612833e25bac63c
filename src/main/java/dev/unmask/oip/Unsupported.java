package dev.unmask.oip;

import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import java.util.Set;

/// Extensions that clients may ask for and that are not here.
enum Unsupported {
    SHARED_MEMORY("shared memory is not supported; send tensors in the request"),
    TRACE("trace settings are not supported; the operator sets where traces go"),
    LOGGING("log settings are not supported; the operator sets them");

    private final String message;

    Unsupported(String message) {
        this.message = message;
    }

    /// Refuses a tensor that lies in shared memory, by the names of its parameters.
    ///
    /// @param what input or output
    static void refuseSharedMemory(String what, String name, Set<String> parameters) {
        if (parameters.stream().anyMatch(parameter -> parameter.startsWith("shared_memory"))) {
            throw new UnmaskException(
                    Fault.UNSUPPORTED, what + " '" + name + "' lies in shared memory, which is not supported");
        }
    }

    UnmaskException refusal() {
        return new UnmaskException(Fault.UNSUPPORTED, message);
    }
}
